// --select: streams and fields chosen by patterns, the way Meltano's `select` does it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tap_pinterest/singer/catalog.hpp"

namespace tap_pinterest::singer {

// Writes into the metadata of `catalog` what `patterns` choose: "STREAM" or "STREAM.FIELD" with the globs of
// a shell (a * matches dots too), and with ! before it what is left out, which wins wherever it stands. Each
// of `patterns` may be several with commas between them.
//
// As soon as one pattern has no !, the streams that none of them names are deselected. A stream named alone
// keeps its own selection of fields; one named with fields has those alone, and keys. A field brings what is
// inside it, and what it is inside of. "!STREAM" and "!STREAM.*" leave out the stream.
//
// Returns a problem for each pattern that matches nothing; `catalog` is of no use then.
std::vector<std::string> apply_patterns(const std::vector<std::string>& patterns,
                                        const std::vector<StreamDescription>& streams, Json& catalog);

}  // namespace tap_pinterest::singer
