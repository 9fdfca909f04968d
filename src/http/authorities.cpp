#include "tap_pinterest/http/authorities.hpp"

#include <array>
#include <utility>

namespace tap_pinterest::http {
namespace {

// The order is curl's.
constexpr std::array kVariables = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};

constexpr std::array kPlaces = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL, Amazon Linux
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // the same, from Fedora 43 on
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/var/lib/ca-certificates/ca-bundle.pem",             // the same, where /etc is read-only
    "/etc/ssl/cert.pem",                                  // Alpine without ca-certificates
};

}  // namespace

AuthorityFile find_authorities(const std::function<const char*(const char*)>& variable,
                               std::string_view built_in,
                               const std::function<bool(const std::string&)>& is_readable) {
  for (const char* name : kVariables) {
    const char* const path = variable(name);
    if (path != nullptr && *path != '\0') return {.path = path, .is_from_the_environment = true};
  }
  if (std::string path(built_in); !path.empty() && is_readable(path)) return {.path = std::move(path)};
  for (const char* place : kPlaces) {
    if (is_readable(place)) return {.path = place};
  }
  return {};
}

}  // namespace tap_pinterest::http
