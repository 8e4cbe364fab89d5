-- Gives a converted statement the shape of our pages: headings from level 2 without gaps, the references as one ordered list.

local counting = false
local open_levels = {}

local function level_without_gaps(header)
  while #open_levels > 0 and open_levels[#open_levels] >= header.level do
    table.remove(open_levels)
  end
  table.insert(open_levels, header.level)
  header.level = math.min(1 + #open_levels, 6)
  return header
end

local function html(text)
  return pandoc.RawBlock("html", text)
end

local function attribute(text)
  return (text:gsub("&", "&amp;"):gsub('"', "&quot;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end

-- The style prints each entry as number and text; an ordered list numbers by itself.
local function words_of_entry(entry)
  local words = entry.content
  entry:walk({
    Span = function(span)
      if span.classes:includes("csl-right-inline") then
        words = { pandoc.Plain(span.content) }
      end
    end,
  })
  return words
end

local function reference_list(entries)
  local blocks = pandoc.Blocks({ html('<section class="references">'), pandoc.Header(2, "References"), html("<ol>") })
  for _, entry in ipairs(entries) do
    blocks:insert(html('<li id="' .. attribute(entry.identifier) .. '">'))
    blocks:extend(words_of_entry(entry))
    blocks:insert(html("</li>"))
  end
  blocks:extend({ html("</ol>"), html("</section>") })
  return blocks
end

return {
  { Meta = function(meta) counting = meta.counting ~= nil end },
  { Header = level_without_gaps, Cite = function() if counting then return {} end end },
  {
    Div = function(div)
      if div.identifier == "refs" then
        return #div.content > 0 and reference_list(div.content) or {}
      end
    end,
  },
}
