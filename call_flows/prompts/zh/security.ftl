# 账户安全：不用验证的先问
security = 账户安全。
    .freeze = 账户被盗或丢手机，马上冻结
    .unfamiliar = 有陌生交易
    .scam = 怀疑被骗
    .frozen = 账户被冻结
    .tips = 账户防护技巧
unfamiliar = 请问有没有不是您本人的交易？
    .some = 有
    .none = 没有
    .unsure = 不清楚
has-phone = 您的手机还在身边吗？
log-in = 现在能正常登录账户吗？
    .works = 能登录
    .fails = 登录不了
frozen-then = 接下来您需要什么？
    .review = 核对最近的交易
    .advice = 听防护建议
    .enough = 暂时不用了
lift-by-person = 解除冻结，由人工客服核实身份后办理。请准备好身份证件和注册手机。
lost-phone-sim = 手机不在身边，请马上联系手机运营商，挂失手机卡。
lost-phone-police = 被盗请拨打幺幺零报警。遇到诈骗，请拨打九六幺幺零。
lost-phone-report = 如果手机或者账户被盗，请尽快向警方报案。
lost-phone-password = 找回手机或者补卡以后，请先更改密码。
log-out-everywhere = 要我们让所有设备退出登录吗？
log-out-noted = 已经记下，请同事让所有设备退出登录。

# 冻结
freeze-need = 冻结一共三步，不用验证码，也不用密码。
freeze-of = 您输入的号码，尾号是{ DIGITS($ending, kind: "tail") }。
freeze-means = 冻结以后，账户里的钱不能转出，也不能付款。要解除，只能找人工。
freeze-now = 现在冻结这个账户吗？
freeze-not-wanted = 好的，没有冻结。
freeze-done = 账户已经冻结，钱不能转出，也不能付款。
freeze-lifted-by = 解除冻结，只能由人工核实身份后办理，按键不能解除。
freeze-texted = 我们会发短信告知登记的手机号。
freeze-not-texted = 这个账户没有登记手机号，所以不发短信通知。
freeze-found-frozen = 这个账户之前已经冻结，钱不能转出。要解除，只能找人工核实身份。
freeze-found-closed = 这个账户已经注销，不用再冻结。
freeze-if-right = 信息一致的话，账户已经冻结。有注册手机的，会收到短信。
freeze-unsure = 冻结还没有得到确认，我再核实一次。
freeze-unknown = 现在不能确定账户有没有冻结，请先当作没有冻结。这需要人工处理。
freeze-out-of-reach = 抱歉，现在连不上账户系统，账户还没有冻结。这需要人工处理。

# 有人在指挥
directed = 现在有人在教您按键，或者向您要验证码吗？
directed-advice = 请马上挂断对方的电话，不要转账。所谓的安全账户都是骗局。
money-sent = 您已经把钱转出去了吗？
money-sent-china = 请马上拨打幺幺零报警，反诈专线是九六幺幺零。越早，越有可能拦下来。
money-sent-police = 请马上报警，并联系收款的银行。越早，越有可能拦下来。
way-out = 现在可以这样保护您。
    .freeze = 马上冻结账户
    .check = 核对对方的号码
    .enough = 我已经明白了

# 核对账户
account-active = 您的账户状态正常。
account-frozen = 您的账户是冻结状态，钱不能转出。
account-closed = 您的账户已经注销。
recent-none = 最近三个月没有查到交易。如果银行显示扣了款，建个服务单就有人核查。
recent-only-failed = 最近的交易都没有成功。如果银行显示扣了款，建个服务单就有人核查。
recent-payment = { MOMENT($at) }，付给{ TEXT($payee) }{ MONEY($amount) }。
recent-payment-unnamed = { MOMENT($at) }，付款{ MONEY($amount) }。
recent-top-up = { MOMENT($at) }，充值{ MONEY($amount) }。
yours = 这笔是您本人的吗？
recent-further = 还有更早的交易。
    .on = 继续听
    .enough = 先听到这里
marked-some = 您标出的交易，我们可以调查。
marked-none = 没有标出陌生交易，也可以请我们调查。
investigate-now = 现在建服务单，开始调查吗？
investigation-not-wanted = 好的，没有建服务单。
investigation-next = 我们会核对交易和登录记录。
after-case = 接下来。
    .advice = 听防护建议
    .enough = 暂时够了

# 防护建议
protect-password = 密码可能泄露时，请立即在应用的安全设置里更改。电话里不收登录密码。
protect-locked-out = 登录不了时，不要点短信里的链接。恢复登录请找人工，之后先更改密码。电话里不收登录密码。
two-factor-on = 您的双重身份验证已经开启。
two-factor-off = 您的双重身份验证还没有开启。
protect-two-factor = 双重身份验证也在安全设置里开启。
protect-care = 不要在陌生设备上登录账户。

whisper-weakly = 只核对号码和证件
whisper-frozen = 账户已冻结
whisper-directed = 可能有人指挥
whisper-lift = 要求解冻
