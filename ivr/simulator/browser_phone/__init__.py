"""The browser phone at `/phone`: its pages and JSON routes, the calls it holds, and the call map."""
