# 纠纷：原因
dispute-reason = 什么问题？
    .not-me = 不是我付的
    .charge = 多扣了钱
    .not-received = 没收到货
    .refund-missing = 退款没到账
    .wrong-payee = 付错了人
dispute-charge = 是哪一种？
    .duplicate = 同一笔扣了两次
    .wrong-amount = 金额不对
    .cancelled-subscription = 取消订阅后还在扣
dispute-wrong-payee = 付错了人要尽快处理，付款不能自动撤回。我马上为您找人工。
dispute-phone = 您的手机还在身边吗？
dispute-card = 您的银行卡还在身边吗？
dispute-payee = 您认识这个收款方吗？
dispute-password = 密码也请尽快在应用里更改。
dispute-no-twin = 前后一天内，没有金额和收款方都相同的另一笔。我为您找人工核对。
dispute-twin = 另一笔几点？
    .choice = { TIME($time) }
dispute-amount = 请输入本来应付的金额，单位是元。小数点请按星号键，按井号键结束。
dispute-amount-right = 您输入的金额是{ MONEY($value) }，对吗？
dispute-merchant = 您联系过商家吗？
dispute-promised-day = 答应送到的日子已经过了吗？
dispute-may-still-come = 到那天之前，可能还会收到。现在也可以提交申请。
dispute-ask-merchant = 建议也联系商家，往往更快。不影响现在提交申请。
dispute-refund-day = 商家哪天答应退款？请输入两位月份加两位日子。
dispute-refund-day-right = 您输入的是{ DATE($value) }，对吗？
refund-not-due-business = 退款到银行卡，要{ COUNT($days, unit: "business-day") }，现在还没有到期。
refund-not-due-calendar = 退款到银行卡，要{ COUNT($days, unit: "calendar-day") }，现在还没有到期。
dispute-cancel-day = 是哪天取消的？请输入两位月份加两位日子。
dispute-cancel-day-right = 您输入的是{ DATE($value) }，对吗？
dispute-stop-charges = 请在应用的支付设置里关闭自动扣款，以后就不会再扣。

# 能不能提
not-disputed-failed = 这笔没有成功，不会向您收钱，所以不用申请。
not-disputed-pending = 这笔还在确认，现在不能申请。请先不要重复付款。
not-disputed-top-up = 充值的问题，请在主菜单选充值与支付问题。
dispute-too-old = 这笔超过了{ COUNT($window, unit: "day") }的申请期限，电话里不能提交。我为您找人工。
dispute-already = 这笔已经有纠纷申请，不用再提交。

# 怎么处理
dispute-decision-business = 提交以后，{ COUNT($days, unit: "business-day") }内有结果。
dispute-decision-calendar = 提交以后，{ COUNT($days, unit: "calendar-day") }内有结果。
promise-by = 最晚是{ DATE($by) }。
promise-around = 大约是{ DATE($by) }，要看到时的放假安排。
dispute-credit = 等结果时，先把钱垫付给您。
dispute-steps = 步骤是先受理，再问商家，然后决定，最后原路退款。
dispute-refund-business = 决定退款后，退到余额要{ COUNT($balance, unit: "minute") }。退到银行卡，要{ SPAN($card_low, $card_high, unit: "business-day") }。
dispute-refund-calendar = 决定退款后，退到余额要{ COUNT($balance, unit: "minute") }。退到银行卡，要{ SPAN($card_low, $card_high, unit: "calendar-day") }。
dispute-compensation-business = 赔偿和退款分开算，{ COUNT($days, unit: "business-day") }内另外决定。
dispute-compensation-calendar = 赔偿和退款分开算，{ COUNT($days, unit: "calendar-day") }内另外决定。
dispute-how = 您想怎么提交？
    .file = 现在替我提交
    .apply = 听怎么自己申请
dispute-is = 最后一步。{ DATE($at) }，付给{ TEXT($payee) }{ MONEY($amount) }。
dispute-because-not-me = 原因是，不是您本人付的。
dispute-because-duplicate = 原因是扣了两次。
dispute-because-wrong-amount = 原因是金额不对。
dispute-because-not-received = 原因是付了没收到。
dispute-because-refund-missing = 原因是退款没到账。
dispute-because-cancelled-subscription = 原因是取消订阅后还在扣。
dispute-now = 现在提交这个申请吗？
dispute-not-filed = 好的，没有提交。

# 提交
dispute-unsure = 提交还没有得到确认，我再核实一次。
dispute-unknown = 现在不能确定申请有没有提交成功，请不要重复提交。我马上为您找人工。
dispute-filed = 申请已经提交。单号是{ DIGITS($reference, kind: "reference") }。请记下，再说一次，{ DIGITS($reference, kind: "reference") }。
dispute-due = { DATE($by) }之前有结果。
dispute-due-provisional = 大约{ DATE($by) }前后有结果。
dispute-evidence = 您可以在应用里上传截图或收据，写上单号。没有也不影响。
dispute-helps-not-me = 如果已经报警，附上报警的证明更好。
dispute-helps-duplicate = 有这两笔记录就够了。
dispute-helps-wrong-amount = 有收据更好。
dispute-helps-not-received = 附上订单号，还有和商家的聊天记录更好。
dispute-helps-refund-missing = 附上商家答应退款的通知更好。
dispute-helps-cancelled-subscription = 附上取消成功的通知更好。
done-dispute = 上次已经为您提交纠纷申请，单号是{ DIGITS($reference, kind: "reference") }。
