# When a callback is rung
whisper-callback = Callback
whisper-not-reached = The customer was not reached.
whisper-customer-left = The customer has hung up.
callback-greeting = { TEXT($name) } support, calling back as you asked. We never ask you to say a password.
    .join = To talk now
