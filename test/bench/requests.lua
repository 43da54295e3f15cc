-- What wrk sends: requests that show the tokens of a file in turn. Webhooks are literally what FxA's event broker sends.
local requests = {}
local at = 0

function init(args)
  local method, path, file = args[1], args[2], args[3]
  local lines = { method .. " " .. path .. " HTTP/1.1", "Host: " .. wrk.host .. ":" .. wrk.port }
  lines[#lines + 1] = "Accept: application/json, text/plain, */*"
  if method == "POST" then
    lines[#lines + 1] = "Content-Type: application/x-www-form-urlencoded"
    lines[#lines + 1] = "Content-Length: 0"
  end
  local head = table.concat(lines, "\r\n") .. "\r\nAuthorization: Bearer "
  for line in io.lines(file) do
    local token, tag = line:match("^([^\t]+)\t?(.*)$")
    local condition = tag ~= "" and "\r\nIf-None-Match: " .. tag or ""
    requests[#requests + 1] = head .. token .. condition .. "\r\n\r\n"
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local format = '\n{"requests":%d,"duration":%d,"failed":%d,"p50":%d,"p99":%d}\n'
  local p50, p99 = latency:percentile(50), latency:percentile(99)
  io.write(string.format(format, summary.requests, summary.duration, failed, p50, p99))
end
