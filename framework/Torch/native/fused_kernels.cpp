#include "fused_kernels.h"

#include <utility>

// The text of the kernels is compiled under each target; no standard header may come in between, or its inline functions would
// be compiled for an instruction set that the processor may lack.
namespace fused {

// The lane numbers 0, 1, ... as a parameter pack, to write constant shuffles with.
template <int... Lane>
using Lanes = std::integer_sequence<int, Lane...>;
template <int Count>
using AllLanes = std::make_integer_sequence<int, Count>;

namespace baseline {
#define LANES 4
#define TILE_ROWS 6
#define SET_NAME "baseline"
#include "fused_kernels.inl"
#undef LANES
#undef TILE_ROWS
#undef SET_NAME
} // namespace baseline

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FUSED_X86_TARGETS

#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
#define LANES 8
#define TILE_ROWS 6
#define SET_NAME "avx2"
#include "fused_kernels.inl"
#undef LANES
#undef TILE_ROWS
#undef SET_NAME
} // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl,prefer-vector-width=512")
namespace avx512 {
#define LANES 16
#define TILE_ROWS 14
#define SET_NAME "avx512"
#include "fused_kernels.inl"
#undef LANES
#undef TILE_ROWS
#undef SET_NAME
} // namespace avx512
#pragma GCC pop_options
#endif

static const Kernels& widest() {
#ifdef FUSED_X86_TARGETS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return avx512::table;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::table;
#endif
    return baseline::table;
}

const Kernels& kernels() {
    static const Kernels& chosen = widest();
    return chosen;
}

} // namespace fused
