"""The telephone company, played: it calls the app, executes its TwiML, signs its requests.

Theory. The app must not be able to tell this room from Twilio, so what is hard about Twilio is kept:
silence falls through a `<Gather>`, a finish key is not sent, failed connections are retried as the URL's
fragment says and then the fallback URL is asked. `phone.Phone` is the face for tests, `terminal` the one
for a person. This room knows nothing about the app but its three addresses.
"""
