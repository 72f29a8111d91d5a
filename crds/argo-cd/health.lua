-- The health that Argo CD shows for an L4Balancer. Argo CD runs this with the resource as `obj`, in Lua 5.1 without the
-- string library.

local status = obj.status or {}
if status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "The operator has not acted on the newest spec yet." }
end

local ready = {}
local isTrue = {}
for _, condition in ipairs(status.conditions or {}) do
  isTrue[condition.type] = condition.status == "True"
  if condition.type == "Ready" then
    ready = condition
  end
end
if ready.reason == nil then
  return { status = "Progressing", message = "The status has no condition Ready yet." }
end

-- A paused resource may differ from Git, whatever its pods do. The rest follows kstatus, in the same order.
local health = "Progressing"
if ready.reason == "Paused" then
  health = "Suspended"
elseif isTrue.Reconciling then
  health = "Progressing"
elseif isTrue.Stalled then
  health = "Degraded"
elseif isTrue.Ready then
  health = "Healthy"
end
return { status = health, message = ready.reason .. ": " .. (ready.message or "") }
