// The float32 kernels under the fused training functions, compiled for several instruction sets and chosen at run time.
// Every sum runs in an order that depends on shapes alone, never on the number of threads or on timing.
#pragma once

#include <cstdint>

namespace fused {

// A matrix read through two strides, in elements: element (i, j) is data[i * row_stride + j * column_stride].
struct MatrixView {
    const float* data;
    int64_t row_stride;
    int64_t column_stride;

    MatrixView transposed() const { return {data, column_stride, row_stride}; }
};

// What a product does with the values that its destination already holds.
enum class Destination : int32_t { overwrite, accumulate };

// One step of one layer for the hidden units [first, last): raw or activated gates lie as [batch, 4 * hidden] in the order i, f, g, o.
struct LstmForwardStep {
    int64_t batch, hidden, first, last;
    float* gates;             // in: pre-activations; out: activations
    const float* previous_c;  // [batch, hidden]
    float* c;
    float* h;
};

struct LstmBackwardStep {
    int64_t batch, hidden, first, last;
    const float* gates;       // activations
    const float* previous_c;
    const float* c;
    const float* output_grad; // gradient of h from outside, [batch, hidden], or null
    float* hidden_grad;       // gradient of h through the recurrence, or null
    float* cell_grad;         // in: gradient of c; out: gradient of previous_c
    float* gate_grad;         // out: gradient of the pre-activations, [batch, 4 * hidden]
};

struct Kernels {
    const char* name;
    int64_t panel;      // columns of B in a packed panel
    int64_t block_rows; // most rows of A in a register tile

    // Packs `depth` x `columns` of B into panels [depth][panel], the last one filled up with zeros.
    void (*pack_right)(MatrixView b, int64_t depth, int64_t columns, float* packed);
    // Packs `rows` x `depth` of A into blocks [depth][rows of the block]; blocks are cut as multiply() expects.
    void (*pack_left)(MatrixView a, int64_t rows, int64_t depth, float* packed);
    // C = or += alpha * A B (+ bias of the columns). `a` is packed when `a_packed`, else row-major with `a_stride`.
    void (*multiply)(const float* a, bool a_packed, int64_t a_stride, const float* b_packed, int64_t rows, int64_t columns, int64_t depth,
                     float alpha, Destination destination, const float* bias, float* c, int64_t c_stride);
    void (*lstm_forward)(const LstmForwardStep& step);
    void (*lstm_backward)(const LstmBackwardStep& step);
    // log(sum(exp(row))); with gradient, the row becomes softmax(row) * scale.
    double (*log_sum_exp)(float* row, int64_t count, bool gradient, float scale);
    // destination[j] += source[j] * scale.
    void (*add_scaled)(const float* source, float scale, int64_t count, float* destination);
};

// The widest set that this processor runs.
const Kernels& kernels();

// Blocks of at most `most` rows, as equal as can be: the cut that pack_left and multiply share.
inline int64_t block_count(int64_t rows, int64_t most) { return (rows + most - 1) / most; }
inline int64_t block_start(int64_t rows, int64_t blocks, int64_t index) { return rows * index / blocks; }

} // namespace fused
