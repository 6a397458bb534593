# 付款失败
payment-need = 请准备好付款的金额和日期，不用着急。
payment-pending = { $payee ->
    [unnamed] { DATE($at) }付款{ MONEY($amount) }，还没有确认。
   *[other] { DATE($at) }付给{ TEXT($payee) }{ MONEY($amount) }，还没有确认。
    }
payment-failed = { $payee ->
    [unnamed] { DATE($at) }付款{ MONEY($amount) }，没有成功。
   *[other] { DATE($at) }付给{ TEXT($payee) }{ MONEY($amount) }，没有成功。
    }
payment-amount = 请输入付款金额，单位是元。小数点请按星号键，按井号键结束。
payment-amount-right = 您输入的付款金额是{ MONEY($value) }，对吗？
payment-day = 是哪一天付款的？
    .today = 今天
    .yesterday = 昨天
    .other = 其他日期
payment-date = 请输入付款日期，两位月份加两位日子，一共四位数字。
payment-date-right = 付款日期是{ DATE($value) }，对吗？
payment-pick = 是几点的那笔付款？
    .choice = { TIME($time) }
payment-pick-payee = 付给谁的那笔？
    .choice = { TEXT($payee) }
payment-pick-place = 按时间先后，是第几笔付款？
    .choice = { ORDINAL($place) }笔
payment-is = 查到了。{ MOMENT($at) }，付给{ TEXT($payee) }{ MONEY($amount) }。
payment-is-unnamed = 查到了。{ MOMENT($at) }，付款{ MONEY($amount) }。
payment-not-found = 没有查到这笔付款。如果银行显示扣了款，请先不要再付。如果没有扣款，请先核对金额和日期，再决定要不要付。
payment-charged-unseen = 您说钱已经扣了，但这里没有记录。现在还不能下结论，由我们来查。请先不要再付款。
payment-charged-unclear = 您说钱还是扣了，钱在哪里还不清楚。由我们来查，请先不要再付款。

# 指的是哪一笔，充值和付款都用
others-found = 没有金额和日期都一样的，但有别的记录。
about-this = 您要问的是这一笔吗？
bank-shows-debit = 银行那边显示扣款了吗？
is-it-this = 是这一笔吗？
missed = 接下来。
    .again = 重新输入
    .debited = 银行显示扣了款
    .enough = 暂时够了
missed-debited = 银行显示这笔扣款了吗？
charged-perhaps = 现在还没有看到这笔记录。金额可能差一点手续费，日期可能差一天。
charged-missed = 接下来。
    .again = 重新输入
    .sure = 刚才输入得对
charged-open = 接下来。
    .person = 请人工帮忙
    .enough = 暂时够了
charged-open-closed = 接下来。
    .callback = 请客服回电
    .enough = 暂时够了
debit-not-known = 如果银行显示扣了款，请先不要重复付款，人工服务请按零。
debit-not-known-closed = 如果银行显示扣了款，请先不要重复付款，需要回电请按零。
debit-not-taken = 按照记录，银行没有为这笔扣款。
payment-reversal-business = 如果没有成功，钱会在{ SPAN($low, $high, unit: "business-day") }内原路退回。
payment-reversal-calendar = 如果没有成功，钱会在{ SPAN($low, $high, unit: "calendar-day") }内原路退回。

# 付款失败的原因
payment-insufficient-funds = 这笔付款的钱不够。
repay-insufficient-funds = 请先充值，或者检查银行账户，也可以换一种方式付款。
payment-bank-limit = 达到了银行自己的限额。
repay-bank-limit = 请联系发卡银行，或者明天再付，也可以换一种方式付款。
payment-wallet-limit = 这笔超过了钱包的付款限额。
repay-wallet-limit = 限额在应用里可以看到，也可以用银行卡付款。
payment-card-info = 银行卡信息对不上。
repay-card-info = 请核对卡片，在应用里重新绑卡，或者换一种方式付款。
payment-card-expired = 付款的银行卡已经过期。
repay-card-expired = 请检查银行账户，换一种方式付款。
payment-verification = 银行的验证没有通过。
repay-verification = 请重新付款，按银行的提示再做一次。验证码不要告诉任何人。
payment-not-permitted = 银行没有开通这种支付。
repay-not-permitted = 请联系发卡银行开通，或者换一种方式付款。
payment-generic = 银行没有同意这笔付款，也没有说明原因。
repay-generic = 请联系发卡银行，或者换一种方式付款。
payment-risk = 这笔付款需要人工核实。
payment-issuer-down = 发卡银行的系统当时不可用。
repay-issuer-down = 请过半小时再付，或者换一种方式付款。
payment-duplicate = 这笔付款之前已经成功，请不要再付。
payment-unknown = 这笔还没有确认，还可能成功。请先不要再付。
payment-system-fault = 这是我们系统的问题，由我们来处理。
payment-account-state = 账户需要补充验证，要由人工处理。
payment-expired = 这笔付款等得太久，已经关闭。
repay-expired = 您可以重新付款。
payment-succeeded = 这笔付款已经成功。如果有问题，请在主菜单选交易与争议。

# 只有客服听到
whisper-payment = 付款{ MONEY($amount) }
