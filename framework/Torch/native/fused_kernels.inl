// Included by fused_kernels.cpp once for each instruction set, inside a namespace of its own, with LANES (floats in a vector),
// TILE_ROWS and SET_NAME defined. It uses GCC vector types only, so that one text serves SSE2, AVX2, AVX-512 and NEON.

typedef float Vector __attribute__((vector_size(LANES * 4)));
typedef float LooseVector __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t IntVector __attribute__((vector_size(LANES * 4)));

#define INLINE static inline __attribute__((always_inline))

constexpr int64_t kVectors = 2; // vectors of B in a panel
constexpr int64_t kPanel = kVectors * LANES;

INLINE Vector load(const float* p) { return *reinterpret_cast<const LooseVector*>(p); }
INLINE void store(float* p, Vector v) { *reinterpret_cast<LooseVector*>(p) = v; }
INLINE Vector all(float value) { return value - Vector{}; }

INLINE Vector load_part(const float* p, int64_t count) {
    alignas(64) float buffer[LANES] = {};
    for (int64_t i = 0; i < count; i++) buffer[i] = p[i];
    return load(buffer);
}

INLINE void store_part(float* p, Vector v, int64_t count) {
    alignas(64) float buffer[LANES];
    store(buffer, v);
    for (int64_t i = 0; i < count; i++) p[i] = buffer[i];
}

INLINE Vector maximum(Vector a, Vector b) { return a > b ? a : b; }

// x = n ln 2 + r with |r| <= ln 2 / 2; returns exp(r) - 1 by its Taylor series, whose next term is below 1.6e-8 of r, and 2^n.
INLINE Vector reduced_expm1(Vector x, Vector& power) {
    const Vector shifter = all(12582912.0f); // 1.5 * 2^23: adding it rounds to an integer in the low bits
    const Vector biased = x * all(1.44269504088896341f) + shifter;
    const Vector n = biased - shifter;
    Vector r = x - n * all(0.693359375f);   // ln 2 in two parts: the first has 9 bits, so that n times it is exact
    r = r - n * all(-2.12194440054690583e-4f);
    power = (Vector)(((IntVector)biased - (IntVector)shifter + 127) << 23);
    Vector p = all(1.0f / 5040);
    p = p * r + all(1.0f / 720);
    p = p * r + all(1.0f / 120);
    p = p * r + all(1.0f / 24);
    p = p * r + all(1.0f / 6);
    p = p * r + all(0.5f);
    return (p * r) * r + r;
}

// Keeps a NaN, which compares false with both bounds.
INLINE Vector clamp(Vector x, float low, float high) {
    x = x < all(low) ? all(low) : x;
    return x > all(high) ? all(high) : x;
}

// 0 below the smallest normal number; what is above the range stays at its upper end.
INLINE Vector exponential(Vector x) {
    Vector power;
    const Vector m = reduced_expm1(clamp(x, -87.0f, 88.0f), power);
    return x < all(-87.0f) ? Vector{} : m * power + power;
}

INLINE Vector sigmoid(Vector x) { return all(1.0f) / (all(1.0f) + exponential(-x)); }

// tanh(x) = e / (e + 2) with e = exp(2x) - 1, which keeps the relative accuracy around zero; beyond 10 it is 1 in float32.
INLINE Vector tangent(Vector x) {
    Vector power;
    const Vector m = reduced_expm1(clamp(x + x, -20.0f, 20.0f), power);
    const Vector e = m * power + (power - all(1.0f));
    return e / (e + all(2.0f));
}

// One stage of a transposition by halves: exchanges the off-diagonal Size x Size blocks of two rows of blocks.
template <int Size, int... Lane>
INLINE void exchange(Vector& upper, Vector& lower, Lanes<Lane...>) {
    const Vector a = upper, b = lower;
    upper = __builtin_shuffle(a, b, IntVector{((Lane & Size) ? LANES + Lane - Size : Lane)...});
    lower = __builtin_shuffle(a, b, IntVector{((Lane & Size) ? LANES + Lane : Lane + Size)...});
}

template <int Size>
INLINE void transpose(Vector (&rows)[LANES]) {
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        if (!(i & Size)) exchange<Size>(rows[i], rows[i + Size], AllLanes<LANES>());
    if constexpr (Size > 1) transpose<Size / 2>(rows);
}

// Writes `count` <= LANES lines of `depth` floats as columns: target[k * pitch + line]. With `spill` it may write LANES floats a
// column, so what lies behind must be written later; `spill` lanes hold zeros.
INLINE void pack_lines(const float* source, int64_t stride, int64_t count, int64_t depth, float* target, int64_t pitch, bool spill) {
    int64_t k = 0;
    if (spill) {
        for (; k + LANES <= depth; k += LANES) {
            Vector block[LANES];
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) block[i] = i < count ? load(source + i * stride + k) : Vector{};
            transpose<LANES / 2>(block);
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) store(target + (k + i) * pitch, block[i]);
        }
    }
    for (; k < depth; k++)
        for (int64_t i = 0; i < count; i++) target[k * pitch + i] = source[i * stride + k];
}

static void pack_right(MatrixView b, int64_t depth, int64_t columns, float* packed) {
    for (int64_t first = 0; first < columns; first += kPanel, packed += depth * kPanel) {
        const int64_t width = columns - first < kPanel ? columns - first : kPanel;
        const float* source = b.data + first * b.column_stride;
        if (width < kPanel)
            for (int64_t i = 0; i < depth * kPanel; i++) packed[i] = 0;
        if (b.column_stride == 1) {
            for (int64_t k = 0; k < depth; k++) {
                if (width == kPanel) {
                    for (int64_t v = 0; v < kVectors; v++)
                        store(packed + k * kPanel + v * LANES, load(source + k * b.row_stride + v * LANES));
                } else {
                    for (int64_t j = 0; j < width; j++) packed[k * kPanel + j] = source[k * b.row_stride + j];
                }
            }
        } else {
            for (int64_t j = 0; j < width; j += LANES)
                pack_lines(source + j * b.column_stride, b.column_stride, width - j < LANES ? width - j : LANES, depth, packed + j,
                           kPanel, true);
        }
    }
}

// The stores of whole vectors run over the end of a column of TILE_ROWS into the next, which is written after it; the last block
// takes the exact path, so nothing is read or written out of bounds.
static void pack_left(MatrixView a, int64_t rows, int64_t depth, float* packed) {
    const int64_t blocks = block_count(rows, TILE_ROWS);
    for (int64_t index = 0; index < blocks; index++) {
        const int64_t start = block_start(rows, blocks, index), height = block_start(rows, blocks, index + 1) - start;
        const bool spill = TILE_ROWS <= LANES && index + 1 < blocks;
        const float* source = a.data + start * a.row_stride;
        if (a.row_stride != 1) {
            pack_lines(source, a.row_stride, height, depth, packed, height, spill);
        } else if (spill && rows - start >= LANES) {
            for (int64_t k = 0; k < depth; k++) store(packed + k * height, load(source + k * a.column_stride));
        } else {
            for (int64_t k = 0; k < depth; k++)
                for (int64_t r = 0; r < height; r++) packed[k * height + r] = source[k * a.column_stride + r];
        }
        packed += height * depth;
    }
}

struct Tile {
    const float* a;
    int64_t a_row, a_depth; // strides
    const float* b;
    int64_t depth, width;
    float alpha;
    Destination destination;
    const float* bias;
    float* c;
    int64_t c_stride;
};

template <int Rows>
INLINE void multiply_tile(const Tile& t, int64_t a_depth) {
    Vector sums[Rows][kVectors] = {};
    const float* a = t.a;
    const float* b = t.b;
    const int64_t a_row = t.a_row;
    for (int r = 0; r < Rows; r++)
        for (int v = 0; v < kVectors; v++) __builtin_prefetch(t.c + r * t.c_stride + v * LANES, 1);
    for (int64_t k = 0; k < t.depth; k++) {
        Vector right[kVectors];
        for (int v = 0; v < kVectors; v++) right[v] = load(b + v * LANES);
#pragma GCC unroll 16
        for (int r = 0; r < Rows; r++) {
            const Vector left = all(a[r * a_row]);
            for (int v = 0; v < kVectors; v++) sums[r][v] += left * right[v];
        }
        a += a_depth;
        b += kPanel;
    }
    const bool accumulate = t.destination == Destination::accumulate;
    const Vector alpha = all(t.alpha);
    if (t.width >= kPanel) {
        Vector base[kVectors] = {};
        if (t.bias)
            for (int v = 0; v < kVectors; v++) base[v] = load(t.bias + v * LANES);
#pragma GCC unroll 16
        for (int r = 0; r < Rows; r++) {
            float* c = t.c + r * t.c_stride;
            for (int v = 0; v < kVectors; v++) {
                const Vector old = accumulate ? load(c + v * LANES) : Vector{};
                store(c + v * LANES, sums[r][v] * alpha + (old + base[v]));
            }
        }
    } else {
        alignas(64) float line[kPanel];
#pragma GCC unroll 16
        for (int r = 0; r < Rows; r++) {
            float* c = t.c + r * t.c_stride;
            for (int v = 0; v < kVectors; v++) store(line + v * LANES, sums[r][v]);
            for (int64_t j = 0; j < t.width; j++)
                c[j] = line[j] * t.alpha + ((accumulate ? c[j] : 0.0f) + (t.bias ? t.bias[j] : 0.0f));
        }
    }
}

template <int Rows>
static void packed_tile(const Tile& t) {
    Tile packed = t;
    packed.a_row = 1;
    multiply_tile<Rows>(packed, Rows);
}

template <int Rows>
static void plain_tile(const Tile& t) {
    multiply_tile<Rows>(t, 1);
}

using TileFunction = void (*)(const Tile&);
#if TILE_ROWS == 14
static const TileFunction kPackedTiles[] = {packed_tile<1>, packed_tile<2>, packed_tile<3>, packed_tile<4>, packed_tile<5>, packed_tile<6>, packed_tile<7>, packed_tile<8>,
                                            packed_tile<9>, packed_tile<10>, packed_tile<11>, packed_tile<12>, packed_tile<13>, packed_tile<14>};
static const TileFunction kPlainTiles[] = {plain_tile<1>, plain_tile<2>, plain_tile<3>, plain_tile<4>, plain_tile<5>, plain_tile<6>, plain_tile<7>, plain_tile<8>,
                                           plain_tile<9>, plain_tile<10>, plain_tile<11>, plain_tile<12>, plain_tile<13>, plain_tile<14>};
#else
static const TileFunction kPackedTiles[] = {packed_tile<1>, packed_tile<2>, packed_tile<3>, packed_tile<4>, packed_tile<5>, packed_tile<6>};
static const TileFunction kPlainTiles[] = {plain_tile<1>, plain_tile<2>, plain_tile<3>, plain_tile<4>, plain_tile<5>, plain_tile<6>};
#endif

static void multiply(const float* a, bool a_packed, int64_t a_stride, const float* b_packed, int64_t rows, int64_t columns, int64_t depth,
                     float alpha, Destination destination, const float* bias, float* c, int64_t c_stride) {
    const int64_t blocks = block_count(rows, TILE_ROWS);
    for (int64_t first = 0; first < columns; first += kPanel) {
        for (int64_t index = 0; index < blocks; index++) {
            const int64_t start = block_start(rows, blocks, index), height = block_start(rows, blocks, index + 1) - start;
            const Tile tile{a + start * (a_packed ? depth : a_stride), a_stride, 1, b_packed + first * depth, depth, columns - first,
                            alpha, destination, bias ? bias + first : nullptr, c + start * c_stride + first, c_stride};
            (a_packed ? kPackedTiles : kPlainTiles)[height - 1](tile);
        }
    }
}

// Runs body(offset, load, store) over [first, last): whole vectors, then the tail through a buffer.
template <typename Body>
INLINE void for_vectors(int64_t first, int64_t last, Body body) {
    int64_t j = first;
    for (; j + LANES <= last; j += LANES) {
        body([=](const float* p) __attribute__((always_inline)) { return load(p + j); },
             [=](float* p, Vector v) __attribute__((always_inline)) { store(p + j, v); });
    }
    if (j < last) {
        const int64_t count = last - j;
        body([=](const float* p) { return load_part(p + j, count); }, [=](float* p, Vector v) { store_part(p + j, v, count); });
    }
}

static void lstm_forward(const LstmForwardStep& s) {
    const int64_t hidden = s.hidden;
    for (int64_t b = 0; b < s.batch; b++) {
        float* gates = s.gates + b * 4 * hidden;
        const float* previous_c = s.previous_c + b * hidden;
        float* c_row = s.c + b * hidden;
        float* h_row = s.h + b * hidden;
        for_vectors(s.first, s.last, [=](auto get, auto put) {
            const Vector i = sigmoid(get(gates)), f = sigmoid(get(gates + hidden));
            const Vector g = tangent(get(gates + 2 * hidden)), o = sigmoid(get(gates + 3 * hidden));
            const Vector c = f * get(previous_c) + i * g;
            put(gates, i);
            put(gates + hidden, f);
            put(gates + 2 * hidden, g);
            put(gates + 3 * hidden, o);
            put(c_row, c);
            put(h_row, o * tangent(c));
        });
    }
}

static void lstm_backward(const LstmBackwardStep& s) {
    const int64_t hidden = s.hidden;
    const Vector one = all(1.0f);
    for (int64_t b = 0; b < s.batch; b++) {
        const float* gates = s.gates + b * 4 * hidden;
        const float* previous_c = s.previous_c + b * hidden;
        const float* c_row = s.c + b * hidden;
        const float* outside = s.output_grad ? s.output_grad + b * hidden : nullptr;
        const float* recurrent = s.hidden_grad ? s.hidden_grad + b * hidden : nullptr;
        float* cell_grad = s.cell_grad + b * hidden;
        float* gate_grad = s.gate_grad + b * 4 * hidden;
        for_vectors(s.first, s.last, [=](auto get, auto put) {
            const Vector i = get(gates), f = get(gates + hidden), g = get(gates + 2 * hidden), o = get(gates + 3 * hidden);
            const Vector t = tangent(get(c_row));
            Vector dh = {};
            if (outside) dh += get(outside);
            if (recurrent) dh += get(recurrent);
            const Vector dc = get(cell_grad) + dh * o * (one - t * t);
            put(gate_grad, dc * g * i * (one - i));
            put(gate_grad + hidden, dc * get(previous_c) * f * (one - f));
            put(gate_grad + 2 * hidden, dc * i * (one - g * g));
            put(gate_grad + 3 * hidden, dh * t * o * (one - o));
            put(cell_grad, dc * f);
        });
    }
}

INLINE double sum(Vector v) {
    alignas(64) float lanes[LANES];
    store(lanes, v);
    double total = 0;
    for (int i = 0; i < LANES; i++) total += lanes[i];
    return total;
}

static double log_sum_exp(float* row, int64_t count, bool gradient, float scale) {
    Vector highest = all(-__builtin_inff());
    int64_t j = 0;
    for (; j + LANES <= count; j += LANES) highest = maximum(load(row + j), highest);
    float top = -__builtin_inff();
    for (int i = 0; i < LANES; i++) top = highest[i] > top ? highest[i] : top;
    for (int64_t k = j; k < count; k++) top = row[k] > top ? row[k] : top;

    // Partial sums in float over 64 vectors, carried into a double: the error stays near 1e-7 at any vocabulary.
    double total = 0;
    for (j = 0; j + LANES <= count;) {
        Vector part = {};
        for (int64_t n = 0; n < 64 && j + LANES <= count; n++, j += LANES) {
            const Vector e = exponential(load(row + j) - all(top));
            if (gradient) store(row + j, e);
            part += e;
        }
        total += sum(part);
    }
    if (j < count) {
        const int64_t left = count - j;
        const Vector e = exponential(load_part(row + j, left) - all(top));
        for (int64_t i = 0; i < left; i++) total += e[i];
        if (gradient) store_part(row + j, e, left);
    }
    if (gradient) {
        const float factor = static_cast<float>(scale / total);
        for (j = 0; j + LANES <= count; j += LANES) store(row + j, load(row + j) * all(factor));
        for (; j < count; j++) row[j] *= factor;
    }
    return top + __builtin_log(total);
}

static void add_scaled(const float* source, float scale, int64_t count, float* destination) {
    for_vectors(0, count, [=](auto get, auto put) { put(destination, get(destination) + get(source) * all(scale)); });
}

static const Kernels table = {SET_NAME, kPanel, TILE_ROWS, pack_right, pack_left, multiply, lstm_forward, lstm_backward,
                              log_sum_exp, add_scaled};

#undef INLINE
