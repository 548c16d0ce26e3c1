using Compression.Torch.Autograd;
using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>Dropout on the CPU.</summary>
internal sealed unsafe class DropoutCall(Tensor x, double probability) : FusedCall
{
    private readonly GradientInput[] _inputs = [new(x)];

    internal override string Name => nameof(FusedDropout);

    internal override IReadOnlyList<GradientInput> Inputs => _inputs;

    protected override Tensor Forward()
    {
        Tensor mask = FusedDropout.Mask(x.shape, probability);
        Save(mask);
        return Product(x.contiguous(), mask);
    }

    protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results) =>
        results[0] = Product(outputGrad.contiguous(), saved[0]);

    private static Tensor Product(Tensor values, Tensor mask)
    {
        Tensor result = empty_like(mask);
        Kernels.Dropout.Multiply(KernelThreads.Team, TensorPointer.Floats(values), TensorPointer.Floats(mask), TensorPointer.Floats(result), mask.numel());
        return result;
    }
}
