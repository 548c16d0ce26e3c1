using Compression.Torch.Autograd;
using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// A linear layer on the CPU over rows of which the first may be constants, with the ReLU behind it where one is asked for. The constants need
/// no joining with the rest and get no gradient; the weight may be a range of a larger matrix's rows.
/// </summary>
internal sealed unsafe class LinearCall : FusedCall
{
    private const int X = 0, Weight = 1, Bias = 2;

    private readonly GradientInput[] _inputs;
    private readonly Tensor? _constants;
    private readonly int _first;
    private readonly int _count;
    private readonly bool _relu;
    private readonly int _width;

    // Rows of the constants, and of x.
    private readonly int _ahead;
    private readonly int _behind;

    internal LinearCall(Tensor? constants, Tensor x, Tensor weight, Tensor? bias, long first, long count, bool relu, GradientPath path)
    {
        Check(constants, x, weight, bias, first, count);
        _inputs = [new(x), new(weight, path), new(bias, path)];
        _constants = constants;
        (_first, _count, _relu) = ((int)first, (int)count, relu);
        _width = (int)weight.shape[1];
        _ahead = constants is null ? 0 : (int)(constants.numel() / _width);
        _behind = (int)(x.numel() / _width);
    }

    internal override string Name => nameof(FusedLinear);

    internal override IReadOnlyList<GradientInput> Inputs => _inputs;

    protected override Tensor Forward()
    {
        Tensor x = _inputs[X].Tensor!.contiguous(), weight = _inputs[Weight].Tensor!;
        Tensor? bias = _inputs[Bias].Tensor, constants = _ahead == 0 ? null : _constants!.contiguous();
        long[] shape = x.shape;
        shape[^1] = _count;
        if (constants is not null)
        {
            shape[0] += constants.shape[0];
        }

        Tensor y = empty(shape, ScalarType.Float32);
        if (constants is not null)
        {
            Multiply(constants, _ahead, TensorPointer.Floats(y));
        }

        Multiply(x, _behind, TensorPointer.Floats(y) + ((nint)_ahead * _count));
        Save(x);
        Save(weight);
        if (constants is not null)
        {
            Save(constants);
        }

        if (_relu)
        {
            Save(y);
        }

        return y;

        void Multiply(Tensor from, int rows, float* to)
        {
            new MatrixProduct(MatrixView.RowMajor(TensorPointer.Floats(from), _width), Factor(weight).Transposed, rows, _count, _width, to, _count)
            {
                Bias = bias is null ? null : TensorPointer.Floats(bias),
                Relu = _relu,
            }.Run(KernelThreads.Team);
        }
    }

    protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results)
    {
        Tensor gradient = outputGrad.contiguous();
        if (_relu)
        {
            gradient *= saved[^1].gt(0);
        }

        float* all = TensorPointer.Floats(gradient), ofX = all + ((nint)_ahead * _count);
        if (_inputs[X].IsNeeded)
        {
            results[X] = empty_like(saved[0]);
            new MatrixProduct(MatrixView.RowMajor(ofX, _count), Factor(saved[1]), _behind, _width, _count, TensorPointer.Floats(results[X]!), _width)
                .Run(KernelThreads.Team);
        }

        if (_inputs[Weight].IsNeeded)
        {
            GradientOutput output = _inputs[Weight].Open(clear: true);
            float* to = output.Data + ((nint)_first * _width);
            if (_ahead > 0)
            {
                AddOuter(all, saved[2], _ahead, to);
            }

            AddOuter(ofX, saved[0], _behind, to);
            results[Weight] = output.ForAutograd;
        }

        if (_inputs[Bias].IsNeeded)
        {
            GradientOutput output = _inputs[Bias].Open(clear: true);
            ColumnSums.Add(KernelThreads.Team, all, _ahead + _behind, _count, 1, output.Data);
            results[Bias] = output.ForAutograd;
        }
    }

    // to += gradientᵀ · factor.
    private void AddOuter(float* gradient, Tensor factor, int rows, float* to) =>
        new MatrixProduct(
            MatrixView.RowMajor(gradient, _count).Transposed, MatrixView.RowMajor(TensorPointer.Floats(factor), _width), _count, _width, rows, to, _width)
        {
            Accumulate = true,
        }.Run(KernelThreads.Team);

    private MatrixView Factor(Tensor weight) => MatrixView.RowMajor(TensorPointer.Floats(weight) + ((nint)_first * _width), _width);

    private static void Check(Tensor? constants, Tensor x, Tensor weight, Tensor? bias, long first, long count) => TensorChecks.Require(
        weight.dim() == 2 && weight.is_contiguous() && x.dim() >= 1 && x.shape[^1] == weight.shape[1] && first >= 0 && count > 0
        && first + count <= weight.shape[0]
        && (bias is null || (bias.dim() == 1 && bias.is_contiguous() && bias.shape[0] == count))
        && (constants is null || (constants.dim() == x.dim() && constants.shape.AsSpan(1).SequenceEqual(x.shape.AsSpan(1)))),
        $"{nameof(FusedLinear)}: shapes {TensorChecks.Text(x.shape)} and {TensorChecks.Text(weight.shape)} with rows from {first} to {first + count} do not fit.");
}
