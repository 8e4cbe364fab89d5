-- Gives a converted statement the shape of our pages: headings from level 2 without gaps, notes and references as ordered lists.

local counting = nil
local open_levels = {}
local notes = pandoc.Blocks({})
local note_count = 0
-- In the language of the letter, where they are given.
local headings = { notes = "Notes", references = "References" }

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

-- a, b … z, aa: letters, because in most styles a raised number is a citation.
local function letter(number)
  local letters = ""
  while number > 0 do
    letters = string.char(97 + (number - 1) % 26) .. letters
    number = (number - 1) // 26
  end
  return letters
end

-- The headings of a document are an outline, and a note has no place in it.
local function without_headings(note)
  return note:walk({ Header = function(header) return pandoc.Para({ pandoc.Strong(header.content) }) end })
end

local function mark_of_note(note)
  local content = note.content
  if counting then
    if counting == "notes" then
      notes:extend(content)
    end
    return {}
  end
  note_count = note_count + 1
  if #content == 1 and content[1].t == "Para" then
    content = pandoc.Blocks({ pandoc.Plain(content[1].content) })
  end
  notes:insert(html('<li id="note-' .. note_count .. '">'))
  notes:extend(content)
  notes:insert(html("</li>"))
  return pandoc.Superscript({
    pandoc.RawInline("html", '<a href="#note-' .. note_count .. '" role="doc-noteref">' .. letter(note_count) .. "</a>"),
  })
end

local function note_list()
  if counting or note_count == 0 then
    return notes
  end
  local blocks = pandoc.Blocks({ html('<section class="notes">'), pandoc.Header(2, headings.notes), html('<ol type="a">') })
  blocks:extend(notes)
  blocks:extend({ html("</ol>"), html("</section>") })
  return blocks
end

local function reference_list(entries)
  local blocks = pandoc.Blocks({ html('<section class="references">'), pandoc.Header(2, headings.references), html("<ol>") })
  for _, entry in ipairs(entries) do
    blocks:insert(html('<li id="' .. attribute(entry.identifier) .. '">'))
    blocks:extend(words_of_entry(entry))
    blocks:insert(html("</li>"))
  end
  blocks:extend({ html("</ol>"), html("</section>") })
  return blocks
end

local function with_lists(document)
  local blocks, references = pandoc.Blocks({}), pandoc.Blocks({})
  for _, block in ipairs(document.blocks) do
    if block.t == "Div" and block.identifier == "refs" then
      references = #block.content > 0 and reference_list(block.content) or references
    else
      blocks:insert(block)
    end
  end
  blocks:extend(note_list())
  blocks:extend(references)
  document.blocks = blocks
  return document
end

local function read_settings(meta)
  counting = meta.counting and pandoc.utils.stringify(meta.counting)
  for name in pairs(headings) do
    local given = meta["heading-of-" .. name]
    headings[name] = given and pandoc.utils.stringify(given) or headings[name]
  end
end

return {
  { Meta = read_settings },
  { Note = without_headings },
  { Header = level_without_gaps, Cite = function() if counting then return {} end end },
  { traverse = "topdown", Note = mark_of_note },
  { Pandoc = with_lists },
}
