#include "tap_pinterest/singer/messages.hpp"

#include "tap_pinterest/singer/flattening.hpp"

namespace tap_pinterest::singer {

std::string schema_line(const SelectedStream& stream, const Flattening& flattening) {
  Json line;
  line["type"] = "SCHEMA";
  line["stream"] = stream.id;
  line["schema"] = flatten(stream.schema, flattening);
  line["key_properties"] = stream.key_properties;
  if (!stream.replication_key.empty()) line["bookmark_properties"] = Json::array({stream.replication_key});
  return line.dump() + '\n';
}

std::string state_line(const State& state) {
  // What is not counted in bytes(); a large state must not be copied while the line grows.
  constexpr std::size_t kMargin = 1024;
  std::string line;
  line.reserve(state.bytes() + kMargin);
  line += R"({"type":"STATE","value":)";
  state.append_to(line);
  line += "}\n";
  return line;
}

std::string record_prefix(std::string_view stream) {
  std::string prefix = R"({"type":"RECORD","stream":)";
  append_json_string(prefix, stream);
  prefix += R"(,"record":)";
  return prefix;
}

std::string record_suffix(std::string_view time_extracted) {
  std::string suffix = R"(,"time_extracted":)";
  append_json_string(suffix, time_extracted);
  suffix += "}\n";
  return suffix;
}

}  // namespace tap_pinterest::singer
