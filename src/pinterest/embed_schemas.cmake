# Writes OUTPUT, a C++ file that holds each JSON Schema of SCHEMAS as a string under its file's name.
# Strings are cut in pieces, since compilers limit the length of one literal.
set(piece_length 8000)
set(entries "")
foreach(path IN LISTS SCHEMAS)
  get_filename_component(name ${path} NAME_WE)
  file(READ ${path} text)
  string(LENGTH "${text}" length)
  set(literal "")
  set(offset 0)
  while(offset LESS length)
    string(SUBSTRING "${text}" ${offset} ${piece_length} piece)
    string(APPEND literal "\n     R\"json(${piece})json\"")
    math(EXPR offset "${offset} + ${piece_length}")
  endwhile()
  string(APPEND entries "    {\"${name}\",${literal}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"tap_pinterest/pinterest/schemas.hpp\"

#include <array>
#include <utility>

namespace tap_pinterest::pinterest {
namespace {
constexpr std::pair<std::string_view, std::string_view> kSchemas[] = {
${entries}};
}  // namespace

std::string_view schema_text(std::string_view stream) {
  for (const auto& [name, text] : kSchemas) {
    if (name == stream) return text;
  }
  return {};
}

}  // namespace tap_pinterest::pinterest
")
