using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Creation, memory, arithmetic, shapes and selection of tensors on small numbers.</summary>
public sealed class TensorTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor x = arange(6, dtype: ScalarType.Float64).view(2, 3);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void A_tensor_tells_its_shape_type_and_place()
    {
        Tensor t = empty([2, 3, 4], ScalarType.Float32);
        Assert.Equal([2, 3, 4], t.shape);
        Assert.Equal([12, 4, 1], t.stride());
        Assert.Equal((3, 24, 4), (t.ndim, t.numel(), t.element_size()));
        Assert.Equal((ScalarType.Float32, DeviceType.CPU), (t.dtype, t.device_type));
        Assert.Equal("Float32 cpu [2, 3, 4]", t.ToString());
        Assert.Equal(10, empty(1, 1, 1, 1).view(1, 1, 1, 1, 1, 1, 1, 1, 1, 1).shape.Length);
    }

    [Fact]
    public void Data_of_every_type_is_copied()
    {
        float[] source = [1, 2, 3];
        Tensor t = tensor(source);
        source[0] = 9;
        Assert.Equal([1, 2, 3], Values.Floats(t));
        Assert.Equal(ScalarType.Bool, tensor(new[] { true, false }).dtype);
        Assert.Equal(ScalarType.Byte, tensor(new byte[] { 1 }).dtype);
        Assert.Equal(ScalarType.Int32, tensor(5).dtype);
        Assert.Equal(ScalarType.Int64, tensor(5L).dtype);
        Assert.Equal(ScalarType.Float32, tensor(5f).dtype);
        Assert.Equal(ScalarType.Float64, tensor(5.0).dtype);
        Tensor matrix = tensor(new[,] { { 1L, 2L }, { 3L, 4L }, { 5L, 6L } });
        Assert.Equal([3, 2], matrix.shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], Values.Longs(matrix));
        Assert.Equal(ScalarType.Float32, tensor(new[] { 1L, 2L }, dtype: ScalarType.Float32).dtype);
    }

    [Fact]
    public void Data_must_fill_the_shape()
    {
        Assert.Throws<ArgumentException>(() => tensor(new float[5], [2, 3]));
        Assert.Throws<ArgumentException>(() => zeros(2, names: ["time"]));
    }

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        Tensor t = zeros(4);
        Span<float> memory = MemoryMarshal.Cast<byte, float>(t.bytes);
        memory[2] = 5;
        Assert.Equal(5, t.select(0, 2).item<float>());
        float[] replacement = [1, 2, 3, 4];
        t.bytes = MemoryMarshal.AsBytes(replacement.AsSpan());
        Assert.Equal([1, 2, 3, 4], memory.ToArray());
        Assert.Throws<ExternalException>(() => t.view(2, 2).t().bytes.Length);
    }

    [Fact]
    public void Factories_take_types_from_their_values()
    {
        Assert.Equal(ScalarType.Int64, full(2, 1).dtype);
        Assert.Equal(ScalarType.Float32, full(2, 1.5).dtype);
        Assert.Equal([0, 2, 4], Values.Longs(arange(0, 6, 2)));
        Values.Near([0, 0.25, 0.5, 0.75, 1], linspace(0, 1, 5), 1e-7);
        Assert.Equal(ScalarType.Float64, x.new_zeros(2).dtype);
        Assert.Equal([2, 3], ones_like(x).shape);
        Assert.True(zeros(1, requires_grad: true).requires_grad);
    }

    [Fact]
    public void Operators_take_tensors_and_numbers_on_either_side()
    {
        Tensor two = tensor(2.0);
        Values.Near([2, 3, 4, 5, 6, 7], x + two, 0);
        Values.Near([2, 3, 4, 5, 6, 7], 2 + x, 0);
        Values.Near([-2, -1, 0, 1, 2, 3], x - 2f, 0);
        Values.Near([2, 1, 0, -1, -2, -3], 2L - x, 0);
        Values.Near([0, 2, 4, 6, 8, 10], x * 2.0, 0);
        Values.Near([0, 0.5, 1, 1.5, 2, 2.5], x / 2, 0);
        Values.Near([1, 0.5, 1.0 / 3, 0.25, 0.2, 1.0 / 6], 1 / (x + 1), 1e-15);
        Values.Near([0, -1, -2, -3, -4, -5], -x, 0);
        Values.Near([0, 0, 1, 1, 2, 2], x.div(2, RoundingMode.floor), 0);
    }

    [Fact]
    public void In_place_operations_give_the_tensor_itself()
    {
        Tensor t = ones(2, ScalarType.Float64);
        Assert.Same(t, t.add_(1).mul_(3).sub_(2).div_(4).pow_(2));
        Values.Near([1, 1], t, 0);
        t.addcmul_(tensor(2.0), tensor(3.0), 0.5).addcdiv_(tensor(1.0), tensor(2.0), 4);
        Values.Near([6, 6], t, 0);
        t.lerp_(tensor(0.0), tensor(0.5)).clamp_(max: 2.5);
        Values.Near([2.5, 2.5], t, 0);
    }

    [Fact]
    public void Functions_follow_the_mathematical_ones()
    {
        double[] values = [0.5, 1, 2];
        Tensor t = Values.Of(values, 3);
        Values.Near([.. values.Select(Math.Exp)], t.exp(), 1e-14);
        Values.Near([.. values.Select(v => Math.Log(v))], t.log(), 1e-14);
        Values.Near([.. values.Select(v => 1 / Math.Sqrt(v))], t.rsqrt(), 1e-14);
        Values.Near([.. values.Select(Math.Tanh)], t.tanh(), 1e-14);
        Values.Near([.. values.Select(Math.Sin)], sin(t), 1e-14);
        Values.Near([.. values.Select(Math.Cos)], cos(t), 1e-14);
        Values.Near([.. values.Select(v => 1 / (1 + Math.Exp(-v)))], sigmoid(t), 1e-14);
        Values.Near([.. values.Select(v => Math.Pow(v, 2.5))], t.pow(2.5), 1e-14);
        Values.Near([0, 7, -9], Values.Of([double.NaN, double.PositiveInfinity, double.NegativeInfinity], 3).nan_to_num(0, 7, -9), 0);
    }

    [Fact]
    public void Products_of_matrices()
    {
        Values.Near([5, 14, 14, 50], x.mm(x.t()), 0);
        Values.Near([5, 14, 14, 50], einsum("ik,jk->ij", x, x), 0);
        Values.Near([5, 14, 14, 50], x.unsqueeze(0).bmm(x.t().unsqueeze(0)), 0);
        Values.Near([11, 29, 29, 101], addmm(ones(2, 2, ScalarType.Float64), x, x.t(), 1, 2), 0);
        Values.Near([0, 0, 1, 2], outer(tensor(new[] { 0.0, 1 }), tensor(new[] { 1.0, 2 })), 0);
    }

    [Fact]
    public void Shapes_change_without_copies()
    {
        Assert.Equal([3, 2], x.permute(1, 0).shape);
        Assert.Equal([6], x.flatten().shape);
        Assert.Equal([1, 2, 1, 3], x.unsqueeze(1).unsqueeze(0).shape);
        Assert.Equal([2, 3], x.unsqueeze(0).squeeze().shape);
        Values.Near([1, 2, 4, 5], x.narrow(1, 1, 2), 0);
        Values.Near([0, 2, 3, 5], x.slice(1, 0, 3, 2), 0);
        Values.Near([3, 4, 5], x.select(0, 1), 0);
        Values.Near([0, 1, 2, 0, 1, 2], x.select(0, 0).expand(2, 3), 0);
        Values.Near([2, 0, 1, 5, 3, 4], x.roll(1, 1), 0);
        Values.Near([0, 1, 1, 2], x.as_strided([2, 2], [1, 1]), 0);
        using (no_grad())
        {
            x.narrow(0, 0, 1).zero_();
        }

        Values.Near([0, 0, 0, 3, 4, 5], x, 0);
    }

    [Fact]
    public void Joins_and_parts_are_inverse()
    {
        long[] sizes = [1, 2];
        Assert.Equal([2, 1], Widths(x.split(2, 1)));
        Assert.Equal(sizes, Widths(x.split(sizes, 1)));
        Assert.Equal(3, x.chunk(3, 1).Length);
        Values.Near(Values.Doubles(x), cat(x.chunk(3, 1), 1), 0);
        Assert.Equal([2, 2, 3], stack([x, x]).shape);
    }

    private static long[] Widths(Tensor[] parts) => Array.ConvertAll(parts, part => part.shape[1]);

    [Fact]
    public void Selection_by_index_and_mask()
    {
        Values.Near([2, 0, 5, 3], x.index_select(1, tensor(new long[] { 2, 0 })), 0);
        Values.Near([1, 3], x.gather(1, tensor(new[,] { { 1L }, { 0L } })), 0);
        Values.Near([2, 3], x.index(tensor(new long[] { 0, 1 }), tensor(new long[] { 2, 0 })), 0);
        Values.Near([1, 4], x.index(null, tensor(new long[] { 1 })), 0);
        Values.Near([4, 5], x.masked_select(x.gt(3)), 0);
        Values.Near([0, 1, 2, 3, -1, -1], x.masked_fill(x.gt(3), -1), 0);
        Values.Near([0, 0, 0, 3, 4, 5], where(x.ge(3), x, zeros_like(x)), 0);
        Tensor sink = zeros(2, 3, ScalarType.Float64);
        sink.scatter_(1, tensor(new[,] { { 1L }, { 2L } }), tensor(new[,] { { 7.0 }, { 8.0 } }));
        Values.Near([0, 7, 0, 0, 0, 8], sink, 0);
        sink.index_add_(0, tensor(new long[] { 0, 0 }), x, 2);
        Values.Near([6, 17, 14, 0, 0, 8], sink, 0);
        sink.index_put_(tensor(100.0), tensor(new long[] { 1 }), tensor(new long[] { 0 }));
        Assert.Equal(100, sink.select(0, 1).select(0, 0).item<double>());
        Values.Near([0, 0, 0, 3, 0, 0], x.tril(-1), 0);
        Values.Near([0, 1, 2, 0, 0, 5], x.triu(1), 0);
        Assert.Equal([0, 1, 0, 2, 1, 0, 1, 1, 1, 2], Values.Longs(x.nonzero()));
    }

    [Fact]
    public void Reductions()
    {
        Assert.Equal(15, x.sum().item<double>());
        Values.Near([3, 5, 7], x.sum(dim: 0), 0);
        Values.Near([3, 12], sum(x, 1, keepdim: true), 0);
        Values.Near([1, 4], x.mean([1]), 0);
        Values.Near([1, 1], x.var(1), 1e-15);
        Values.Near([Math.Sqrt(2.0 / 3)], x.select(0, 0).std(unbiased: false), 1e-15);
        Assert.Equal(Math.Sqrt(55), x.norm().item<double>(), 1e-12);
        Values.Near([Math.Sqrt(5), Math.Sqrt(50)], x.norm(1), 1e-12);
        Values.Near([0, 1, 3, 3, 7, 12], x.cumsum(1), 0);
        (Tensor values, Tensor indices) = x.topk(2);
        Values.Near([2, 1, 5, 4], values, 0);
        Assert.Equal([2, 1, 2, 1], Values.Longs(indices));
        Assert.Equal([2, 2], Values.Longs(x.argmax(1)));
        Values.Near([2, 5], x.max(1).values, 0);
        Values.Near([5, 4, 3], x.select(0, 1).sort(descending: true).Values, 0);
        Assert.True(x.gt(4).any().item<bool>());
        Assert.False(x.gt(4).all().item<bool>());
        Assert.Equal([0, 3], Values.Longs(searchsorted(tensor(new[] { 1.0, 2, 3 }), tensor(new[] { 0.5, 3.5 }))));
        (Tensor output, Tensor? inverse, Tensor? counts) = unique(tensor(new long[] { 3, 1, 3 }), return_counts: true);
        Assert.Equal([1, 3], Values.Longs(output));
        Assert.Equal([1, 2], Values.Longs(counts!));
        Assert.Null(inverse);
    }

    [Fact]
    public void Devices_are_named_and_an_absent_one_is_refused()
    {
        Assert.Equal("cuda:1", device("cuda:1").ToString());
        Assert.Equal("cpu", CPU.ToString());
        Assert.Throws<ArgumentException>(() => device("tpu"));
        if (!cuda.is_available())
        {
            Assert.Throws<InvalidOperationException>(() => CUDA);
            Assert.Equal(0, cuda.device_count());
        }
    }

    [Fact]
    public void Conversions_keep_the_values()
    {
        Assert.Equal([0, 1, 2, 3, 4, 5], Values.Longs(x.to(ScalarType.Int64)));
        Assert.Equal(ScalarType.Float32, x.type_as(zeros(1)).dtype);
        Tensor half = x.to(ScalarType.Float16);
        Assert.Equal(2, half.element_size());
        Values.Near([0, 1, 2, 3, 4, 5], half, 0);
    }
}
