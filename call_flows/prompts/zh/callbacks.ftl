# When a callback is rung
whisper-callback = 回电
whisper-not-reached = 没有接通客户。
whisper-customer-left = 客户已经挂断。
callback-greeting = { TEXT($name) }官方客服，按您的要求回电。我们不会让您说出密码。
    .join = 现在通话
