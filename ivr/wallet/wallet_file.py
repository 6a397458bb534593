"""Reads the wallets file: JSON or TOML in the format of the lab's worlds, without customers and records."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ivr.wallet.document import checked_wallets
from ivr.wallet.shapes import DocumentError, shown
from ivr.wallet.tables import wallet_lines, wallets

Document = dict[str, Any]


class WalletFileError(Exception):
    """The wallets file is invalid. The message says where, what came, and what to write instead."""


def read(path: Path) -> list[Document]:
    """Read and check the wallets of the file; raises WalletFileError."""
    document = _parsed(path)
    if not isinstance(document, dict) or set(document) != {"wallets"}:
        said = f"has {', '.join(map(str, document))}" if isinstance(document, dict) else f"is {shown(document)}"
        raise WalletFileError(f"{path} {said or 'is empty'}; write one list, wallets (customers stay with the bank)")
    try:
        found = checked_wallets(document)
    except DocumentError as error:
        raise WalletFileError(f"{path}: {error}") from None
    if not found:
        raise WalletFileError(f"{path} has no wallet in its list; a line without one answers nobody")
    for place, one in enumerate(found):
        if not re.fullmatch("[a-z0-9-]{1,40}", one["id"]):
            raise WalletFileError(
                f"{path}: wallets[{place}].id is {shown(one['id'])}; write small letters, digits and -"
            )
    return found


def replace(conn: sa.Connection, found: list[Document]) -> None:
    """Replace all wallets that the line serves; a running turn keeps what it has read."""
    for table in (wallet_lines, wallets):
        conn.execute(sa.delete(table))
    documents = [{"id": one["id"], "document": json.dumps(one, ensure_ascii=False)} for one in found]
    conn.execute(sa.insert(wallets), documents)
    conn.execute(sa.insert(wallet_lines), [{"line": line, "wallet": one["id"]} for one in found for line in lines(one)])


def lines(wallet: Document) -> list[str]:
    """The wallet's numbers, each once."""
    return list(dict.fromkeys((wallet["line"], *(wallet.get("lines") or []))))


def _parsed(path: Path) -> Any:
    if path.suffix not in (".json", ".toml"):
        raise WalletFileError(f"{path} ends in {path.suffix or 'nothing'}; write .json or .toml")
    try:
        text = path.read_text("utf-8-sig")
        return json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise WalletFileError(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise WalletFileError(f"{path} is not UTF-8; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise WalletFileError(f"{path} is no {path.suffix[1:].upper()}: {error}") from None
