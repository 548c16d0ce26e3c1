#include "fused_gemm.h"

#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace fused {

namespace {

// The cut of a product into pieces that stay in cache: a packed block of A (rows x depth, about 0.6 MB) in the second level, a
// packed panel of B (depth x one panel) in the first or second, all packed panels of B in the last.
constexpr int64_t kBlockRows = 420;
constexpr int64_t kBlockDepth = 352;
constexpr int64_t kBlockColumns = 2048;

struct Free {
    void operator()(float* p) const { std::free(p); }
};

// A thread's packing space: kept from call to call, because fresh pages cost more than packing into them.
class Workspace {
public:
    float* take(int64_t count) {
        if (count > size_) {
            buffer_.reset(static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64)));
            if (!buffer_) throw std::bad_alloc();
            size_ = count;
        }
        return buffer_.get();
    }

private:
    std::unique_ptr<float, Free> buffer_;
    int64_t size_ = 0;
};

int64_t pieces(int64_t total, int64_t most) { return (total + most - 1) / most; }

// One thread's share of a product, the rectangle [row_first, row_last) x [column_first, column_last) of c.
void multiply_share(const Product& p, int64_t row_first, int64_t row_last, int64_t column_first, int64_t column_last) {
    const Kernels& k = kernels();
    thread_local Workspace left_space, right_space;
    const int64_t depth_pieces = pieces(p.depth, kBlockDepth);
    for (int64_t column = column_first; column < column_last; column += kBlockColumns) {
        const int64_t columns = std::min(kBlockColumns, column_last - column);
        for (int64_t piece = 0; piece < depth_pieces; piece++) {
            const int64_t first = p.depth * piece / depth_pieces, depth = p.depth * (piece + 1) / depth_pieces - first;
            float* right = right_space.take(packed_size(depth, columns));
            k.pack_right({p.b.data + first * p.b.row_stride + column * p.b.column_stride, p.b.row_stride, p.b.column_stride}, depth,
                         columns, right);
            for (int64_t row = row_first; row < row_last; row += kBlockRows) {
                const int64_t rows = std::min(kBlockRows, row_last - row);
                float* left = left_space.take(rows * depth);
                k.pack_left({p.a.data + row * p.a.row_stride + first * p.a.column_stride, p.a.row_stride, p.a.column_stride}, rows,
                            depth, left);
                k.multiply(left, true, 0, right, rows, columns, depth, p.alpha,
                           piece == 0 ? p.destination : Destination::accumulate,
                           piece == 0 && p.bias ? p.bias + column : nullptr, p.c + row * p.c_stride + column, p.c_stride);
            }
        }
    }
}

} // namespace

void multiply(const Product& p) {
    const double operations = 2.0 * p.rows * p.columns * p.depth;
    if (p.columns > p.rows) {
        const int64_t panel = kernels().panel;
        for_shares(pieces(p.columns, panel), operations, [&](int64_t first, int64_t last) {
            multiply_share(p, 0, p.rows, first * panel, std::min(p.columns, last * panel));
        });
    } else {
        const int64_t block = kernels().block_rows;
        for_shares(pieces(p.rows, block), operations, [&](int64_t first, int64_t last) {
            multiply_share(p, first * block, std::min(p.rows, last * block), 0, p.columns);
        });
    }
}

int64_t packed_size(int64_t depth, int64_t columns) {
    const int64_t panel = kernels().panel;
    return pieces(columns, panel) * panel * depth;
}

void pack(MatrixView b, int64_t depth, int64_t columns, float* packed) {
    const int64_t panel = kernels().panel;
    for_shares(pieces(columns, panel), 4.0 * depth * columns, [&](int64_t first, int64_t last) {
        kernels().pack_right({b.data + first * panel * b.column_stride, b.row_stride, b.column_stride}, depth,
                             std::min(columns, last * panel) - first * panel, packed + first * panel * depth);
    });
}

// Sums of up to 32 rows are added to the sum of such sums: where all rows are alike, as the softmax of a fresh model is, one long
// running sum would round the same way in every column.
void add_column_sums(const float* matrix, int64_t rows, int64_t columns, float scale, float* sums) {
    constexpr int64_t kRowsAtOnce = 32;
    const int64_t panel = kernels().panel;
    for_shares(pieces(columns, panel), 4.0 * rows * columns, [&](int64_t first, int64_t last) {
        std::vector<float> part(panel), total(panel);
        for (int64_t start = first * panel; start < std::min(columns, last * panel); start += panel) {
            const int64_t count = std::min(columns - start, panel);
            std::fill(total.begin(), total.end(), 0.0f);
            for (int64_t row = 0; row < rows; row += kRowsAtOnce) {
                std::fill(part.begin(), part.end(), 0.0f);
                for (int64_t i = row; i < std::min(rows, row + kRowsAtOnce); i++)
                    kernels().add_scaled(matrix + i * columns + start, scale, count, part.data());
                kernels().add_scaled(part.data(), 1.0f, count, total.data());
            }
            kernels().add_scaled(total.data(), 1.0f, count, sums + start);
        }
    });
}

} // namespace fused
