// Matrix products of the fused training functions: parallel over the destination, so that each element is summed by one thread
// in an order that no thread count changes.
#pragma once

#include "fused_kernels.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace fused {

struct Product {
    MatrixView a; // rows x depth
    MatrixView b; // depth x columns
    int64_t rows, columns, depth;
    float* c; // row-major
    int64_t c_stride;
    float alpha = 1;
    Destination destination = Destination::overwrite;
    const float* bias = nullptr; // added to each row, [columns]
};

// c = or += alpha * a b (+ bias).
void multiply(const Product& product);

// Packs the right factor of many products with few rows: panels as Kernels::multiply reads them, packed_size() floats.
int64_t packed_size(int64_t depth, int64_t columns);
void pack(MatrixView b, int64_t depth, int64_t columns, float* packed);

// sums[j] += scale * (the sum of column j), the rows added in their order.
void add_column_sums(const float* matrix, int64_t rows, int64_t columns, float scale, float* sums);

// Runs body(first, last) over contiguous shares of [0, count): as many threads as `operations` of arithmetic pay for.
template <typename Body>
void for_shares(int64_t count, double operations, const Body& body) {
    constexpr double kWorthAThread = 1e6; // some 10 microseconds, several times what starting a parallel region costs
    const double threads = std::max(1.0, operations / kWorthAThread);
    at::parallel_for(0, count, std::max<int64_t>(1, static_cast<int64_t>(count / threads)), body);
}

} // namespace fused
