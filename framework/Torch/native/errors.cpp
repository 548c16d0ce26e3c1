// The last error of each thread, and what this libtorch is.
#include "marshal.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <string>

namespace {
thread_local std::string last_error;
thread_local std::string last_text;

int32_t give_text(const char** out, std::string text) {
    last_text = std::move(text);
    *out = last_text.c_str();
    return 0;
}
}  // namespace

void ct_set_error(const char* message) noexcept {
    try {
        last_error = message;
    } catch (...) {
        last_error.clear();
    }
}

// Valid until the thread's next error.
CT_API const char* ct_last_error() { return last_error.c_str(); }

CT_API const char* ct_version() { return TORCH_VERSION; }

// The text stays valid until the thread's next call that hands out a text.
CT_API int32_t ct_build_configuration(const char** out) {
    return ct_guard([&] { give_text(out, at::show_config()); });
}

CT_API int32_t ct_parallel_configuration(const char** out) {
    return ct_guard([&] { give_text(out, at::get_parallel_info()); });
}
