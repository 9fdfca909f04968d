// JSON written straight into a string: no tree, so that a million rows cost no more than their bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace simulator {

void append_integer(std::string& out, std::int64_t value);
// In quotes, with what JSON demands escaped; UTF-8 is kept as it is.
void append_quoted(std::string& out, std::string_view text);

// Commas come by themselves: whatever follows neither `{`, `[` nor `:` is separated.
class JsonText {
 public:
  explicit JsonText(std::string& out) : out_(out) {}

  JsonText& open_object() { return open('{'); }
  JsonText& close_object() { return close('}'); }
  JsonText& open_array() { return open('['); }
  JsonText& close_array() { return close(']'); }

  JsonText& key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return *this;
  }
  // Text that is JSON already.
  JsonText& verbatim(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  JsonText& text(std::string_view value) {
    separate();
    append_quoted(out_, value);
    return *this;
  }
  JsonText& integer(std::int64_t value) {
    separate();
    append_integer(out_, value);
    return *this;
  }
  // An id: digits in quotes.
  JsonText& id(std::uint64_t value) {
    separate();
    out_ += '"';
    append_integer(out_, static_cast<std::int64_t>(value));
    out_ += '"';
    return *this;
  }
  JsonText& boolean(bool value) { return verbatim(value ? "true" : "false"); }
  JsonText& null() { return verbatim("null"); }

  JsonText& text(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonText& integer(std::string_view name, std::int64_t value) { return key(name).integer(value); }
  JsonText& id(std::string_view name, std::uint64_t value) { return key(name).id(value); }
  JsonText& boolean(std::string_view name, bool value) { return key(name).boolean(value); }
  JsonText& null(std::string_view name) { return key(name).null(); }
  JsonText& verbatim(std::string_view name, std::string_view json) { return key(name).verbatim(json); }

 private:
  JsonText& open(char bracket) {
    separate();
    out_ += bracket;
    return *this;
  }
  JsonText& close(char bracket) {
    out_ += bracket;
    return *this;
  }
  void separate() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':' && last != '\n') out_ += ',';
  }

  std::string& out_;
};

}  // namespace simulator
