# 交易与争议
transactions = 交易与争议。
    .balance = 余额和最近交易
    .report = 对交易有疑问
    .status = 服务单进度
    .spending = 消费情况
    .rules = 争议规则

# 规则：不用验证
rules-business = 交易有争议，请在{ COUNT($window, unit: "day") }内提出。我们在{ COUNT($decision, unit: "business-day") }内给出结果。
rules-calendar = 交易有争议，请在{ COUNT($window, unit: "day") }内提出。我们在{ COUNT($decision, unit: "calendar-day") }内给出结果。
rules-refund-business = 退款退到余额，{ COUNT($balance, unit: "minute") }内到账。退到银行卡，需要{ SPAN($card_low, $card_high, unit: "business-day") }。
rules-refund-calendar = 退款退到余额，{ COUNT($balance, unit: "minute") }内到账。退到银行卡，需要{ SPAN($card_low, $card_high, unit: "calendar-day") }。
rules-compensation-business = 赔偿和退款分开算，{ COUNT($compensation, unit: "business-day") }内另外决定。
rules-compensation-calendar = 赔偿和退款分开算，{ COUNT($compensation, unit: "calendar-day") }内另外决定。
rules = 想自己提交申请吗？
    .apply = 听怎么自己申请
    .enough = 我已经明白了
apply-yourself = 请{ TEXT($app) }。选择那笔交易，填写原因、金额和经过。
apply-evidence = 可以附上截图或收据，没有也能提交。电话里建的申请，请在那里写上单号。

# 找一笔交易
find = 请问您想怎么查这笔交易？
    .latest = 最近的交易
    .day = 按日期查找
    .amount = 按金额查找
    .payee = 按收款方查找
likely-payment = { DATE($on) }，付给{ TEXT($payee) }{ MONEY($amount) }。
likely-double = { DATE($on) }，付给{ TEXT($payee) }的{ MONEY($amount) }，有两笔。
balance-then = 请问还需要什么？
    .report = 其中一笔有问题
    .others = 查其他交易
    .enough = 不用了
balance-then-nothing = 请问还需要什么？
    .others = 查其他交易
    .enough = 不用了
record = -
    .report = 反映这笔有问题
    .next = 下一笔
    .previous = 上一笔
    .details = 听详情
    .enough = 不再听了
record-payment = { DATE($at) }，付给{ TEXT($payee) }{ MONEY($amount) }。
record-top-up = { DATE($at) }，充值{ MONEY($amount) }。
record-failed = 这笔没有成功。
record-pending = 这笔还在确认。
record-first = 这已经是最近的一笔。
record-last = 后面没有了。更早的，请按日期查找。
records-none = 最近一年没有查到交易。如果银行显示扣了款，请先不要重复付款。
details-at = 时间是{ MOMENT($at) }。
details-succeeded = 这笔已经成功。
details-failed = 这笔没有成功。
debit-none = 按照记录，没有为这笔扣款。
details-pending = 这笔还在确认。请先不要重复付款。
search-day = 是哪一天的交易？
    .today = 今天
    .yesterday = 昨天
    .other = 其他日期
search-date = 请输入日期，两位月份加两位日子，一共四位数字。
search-date-right = 您输入的是{ DATE($value) }，对吗？
search-time = 请用二十四小时制输入大概时间，四位数字，再按井号键。
search-amount = 请输入金额，单位是元。小数点请按星号键，按井号键结束。
search-amount-right = 您输入的金额是{ MONEY($value) }，对吗？
search-payee = 付给了谁？
    .choice = { TEXT($payee) }
    .others = 其他收款方
payees-none = 最近一年没有查到付款。如果银行显示扣了款，请先不要重复付款。
search-none = 没有找到这样的交易。
search-back-to = 只查到{ DATE($since) }为止，更早的请按日期查找。
search-nothing = 可以放宽范围再找。
    .wider = 放宽范围
    .person = 请人工帮忙
search-nothing-closed = 可以放宽范围再找。
    .wider = 放宽范围
    .callback = 请客服回电
search-none-wider = 放宽以后也没有找到。请换一种方式查找。
search-more = 符合的不止四笔，先听最近的四笔。
pick-time = 是几点的那笔？
    .choice = { TIME($time) }
pick-date = 是哪一天的？
    .choice = { DATE($on) }
pick-payee = 付给谁的那笔？
    .choice = { $payee ->
        [top-up] 充值
       *[other] { TEXT($payee) }
    }
pick-amount = 哪笔？
    .choice = { MONEY($amount) }

# 消费情况
spent-week = 最近七天，付款{ COUNT($count, unit: "transaction") }，一共{ MONEY($total) }。
spent-month = 这个月，付款{ COUNT($count, unit: "transaction") }，一共{ MONEY($total) }。
spent-last-month = 上个月，付款{ COUNT($count, unit: "transaction") }，一共{ MONEY($total) }。
spent-nothing-week = 最近七天没有支出。
spent-nothing-month = 这个月没有支出。
spent-nothing-last-month = 上个月没有支出。
