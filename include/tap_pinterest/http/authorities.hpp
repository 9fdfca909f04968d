// Where the certificate authorities are that a machine trusts.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tap_pinterest::http {

struct AuthorityFile {
  std::string path;                      // PEM; empty if there is none
  bool is_from_the_environment = false;  // then it stands in for all that the system trusts
};

// Chooses the file of trusted authorities: the one that CURL_CA_BUNDLE or else SSL_CERT_FILE names, whether
// or not it is there; else the first that `is_readable` of `built_in`, which libcurl was built with, and the
// usual places of Linux distributions. `variable` is like std::getenv.
AuthorityFile find_authorities(const std::function<const char*(const char*)>& variable,
                               std::string_view built_in,
                               const std::function<bool(const std::string&)>& is_readable);

}  // namespace tap_pinterest::http
