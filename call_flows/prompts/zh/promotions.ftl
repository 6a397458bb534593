# 优惠与奖励
promotions = 优惠与奖励。
    .current = 当前优惠
    .mine = 我的优惠
    .progress = 积分奖励
    .messages = 消息开关
    .channels = 官方渠道
promotion-channels = 最新优惠，请看{ TEXT($website) }。也可以关注{ TEXT($social) }。或者{ TEXT($app) }。

# 优惠
promotion-user-new = 您现在是新用户。
promotion-user-existing = 您现在是老用户。
promotion-user-unknown = 查不到您的注册日期，下面是所有用户都能参加的。
promotion-count = 一共有{ COUNT($count, unit: "item") }活动。
promotion-none = 现在没有优惠活动。
promotion-title = { TEXT($title) }。
promotion-for-all = 所有用户都能参加。
promotion-for-new = 只限新用户。
promotion-for-existing = 只限老用户。
promotion-condition = 参与条件是{ TEXT($condition) }。
promotion-until = 最后一天是{ DAY($ends) }。
promotion-until-hour = 当天{ TIME($until) }结束。
promotion-since = 从{ DATE($starts) }开始。
promotion-gives-money = 可以得到{ MONEY($amount) }。
promotion-gives-points = 可以得到积分{ COUNT($amount, unit: "point") }。
promotion-gave-money = 到账的是{ MONEY($amount) }。
promotion-gave-points = 到账的是积分{ COUNT($amount, unit: "point") }。
promotion-full-rules = 完整规则在应用里。
promotion-step = 接下来。
    .on = 继续
    .again = 再听一遍
    .details = 听详情
promotion-last = 活动都说完了。

# 积分与奖励
promotion-points = 您现在的积分是{ COUNT($points, unit: "point") }。
promotion-progress-none = 现在没有正在累计的活动。
promotion-progress-counting = 已经累计{ MONEY($progress) }，还差{ MONEY($missing) }。最后一天是{ DAY($day) }。
promotion-progress-so-far = 已经累计{ MONEY($progress) }。
promotion-progress-ended = 活动在{ DATE($day) }已经结束。当时累计{ MONEY($progress) }，不再累计。
promotion-progress-credited = 这项奖励在{ DATE($day) }已经到账。
promotion-progress-due = 您已经达到目标，奖励最晚{ DAY($day) }到账。
promotion-progress-awaited = 您已经达到目标，奖励还没有到账，也查不到预计日期。
promotion-progress-overdue = 奖励本该最晚{ DAY($day) }到账，但还没有到。这由我们来处理。
promotion-progress-step = 接下来。
    .on = 继续
    .again = 再听一遍
    .missing = 这项奖励没到账
promotion-owed-step = 接下来。
    .on = 继续
    .again = 再听一遍
promotion-progress-end = 都说完了。
    .enough = 暂时够了
    .missing = 还有奖励没到账
promotion-missing = 您要反映的是，{ TEXT($title) }的奖励没有到账。
promotion-missing-other = 您要反映的是，有一项没有提到的奖励没到账。
promotion-case-now = 现在为这件事建服务单吗？
promotion-case-not-wanted = 好的，没有建服务单。

# 优惠消息
promotion-messages-are-on = 优惠消息现在是开启的。
promotion-messages-are-off = 优惠消息现在是关闭的。
promotion-messages-mean = 优惠消息只在应用里告诉您优惠活动。随时可以更改，不影响其他服务。
promotion-messages-turn-on = 更改以后，您同意接收优惠消息。
promotion-messages-turn-off = 更改以后，您不再收到优惠消息。
promotion-messages-now = 现在更改吗？
promotion-messages-stay-on = 好的，优惠消息还是开启的。
promotion-messages-stay-off = 好的，优惠消息还是关闭的。
promotion-messages-turned-on = 优惠消息已经开启。
promotion-messages-turned-off = 优惠消息已经关闭。
done-consent = 上次已经按您的意思更改了消息设置。
promotion-messages-unsure = 更改还没有得到确认，我再核实一次。
promotion-messages-unknown = 现在不能确定有没有改好，这需要人工处理。
