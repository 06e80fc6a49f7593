-- What wrk sends and says: `wrk … -s bench/wrk.lua URL -- [SEED PATH…]`.
-- With paths it posts comments there in turn, no two of them the same; else it asks for the URL.
-- Prints requests, microseconds, refused answers and latencies, one line.
local seed, paths, sent = nil, {}, 0

local function comment()
  sent = sent + 1
  local mark = seed .. "-" .. sent
  local body = "author=Rex+" .. mark .. "&email=rex" .. mark .. "%40example.org&comment=" ..
    "I+saw+boat+" .. mark .. "+leave+before+the+light%2C+and+nobody+was+at+the+harbour."
  return wrk.format("POST", paths[sent % #paths + 1], nil, body)
end

function init(args)
  seed = args[1]
  for n = 2, #args do paths[#paths + 1] = args[n] end
  -- Without it wrk sends the same each time, which it does faster.
  if seed then request = comment end
end

function done(summary, latency, requests)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    errors.status + lost, latency:percentile(50), latency:percentile(95)))
end
