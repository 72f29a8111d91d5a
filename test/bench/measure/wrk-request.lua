-- Sends one text for each request. Its argument is a PROXY header that begins it, which is right only for clients that
-- open a connection for each request.
local plain, text
local calls = 0

function init(arguments)
  plain = wrk.format("GET", "/")
  text = (arguments[1] or ""):gsub("\\r\\n", "\r\n") .. plain
end

-- wrk parses the first one itself before it begins, and knows no PROXY header.
function request()
  calls = calls + 1
  return calls == 1 and plain or text
end
