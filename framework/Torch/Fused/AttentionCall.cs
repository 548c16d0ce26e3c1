using Compression.Torch.Autograd;
using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>Relative attention on the CPU: every head of every sequence is one piece of work.</summary>
internal sealed unsafe class AttentionCall(
    Tensor queries, Tensor keysValues, Tensor positions, Tensor contentBias, Tensor positionBias, double dropout, long reach, GradientPath path) : FusedCall
{
    private const int Queries = 0, KeysValues = 1, Positions = 2, ContentBias = 3, PositionBias = 4;

    private readonly GradientInput[] _inputs = [new(queries), new(keysValues), new(positions), new(contentBias, path), new(positionBias, path)];
    private readonly AttentionSizes _sizes = Check(queries, keysValues, positions, contentBias, positionBias, reach);

    internal override string Name => nameof(FusedRelativeAttention);

    internal override IReadOnlyList<GradientInput> Inputs => _inputs;

    protected override Tensor Forward()
    {
        Tensor[] inputs = [.. _inputs.Select(input => input.Tensor!.contiguous())];
        Tensor output = empty(_sizes.Queries, _sizes.Batch, _sizes.Inner);
        Tensor? probabilities = IsRecording ? empty(_sizes.Batch, _sizes.Heads, _sizes.Queries, _sizes.Keys) : null;
        Tensor? drop = dropout > 0 ? FusedDropout.Mask([_sizes.Batch, _sizes.Heads, _sizes.Queries, _sizes.Keys], dropout) : null;
        AttentionForward.Run(
            KernelThreads.Team, _sizes, Data(inputs, drop), probabilities is null ? null : TensorPointer.Floats(probabilities), TensorPointer.Floats(output));
        foreach (Tensor input in inputs)
        {
            Save(input);
        }

        if (IsRecording)
        {
            Save(probabilities!);
            Save(output);
        }

        if (drop is not null)
        {
            Save(drop);
        }

        return output;
    }

    protected override void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results)
    {
        Tensor queries = saved[Queries], keysValues = saved[KeysValues], positions = saved[Positions], probabilities = saved[5], output = saved[6];
        Tensor gradient = outputGrad.contiguous(), queriesGrad = empty_like(queries), keysValuesGrad = empty_like(keysValues);
        Tensor positionParts = empty(_sizes.Batch, _sizes.Heads, _sizes.Keys, _sizes.Width);
        Tensor biasParts = zeros(2, _sizes.Batch, _sizes.Heads, _sizes.Width);
        AttentionBackward.Run(KernelThreads.Team, _sizes, Data([.. saved], saved.Count > 7 ? saved[7] : null), new AttentionGradients
        {
            Probabilities = TensorPointer.Floats(probabilities),
            Output = TensorPointer.Floats(output),
            OutputGrad = TensorPointer.Floats(gradient),
            QueriesGrad = TensorPointer.Floats(queriesGrad),
            KeysValuesGrad = TensorPointer.Floats(keysValuesGrad),
            PositionParts = TensorPointer.Floats(positionParts),
            BiasParts = TensorPointer.Floats(biasParts),
        });
        results[Queries] = _inputs[Queries].IsNeeded ? queriesGrad : null;
        results[KeysValues] = _inputs[KeysValues].IsNeeded ? keysValuesGrad : null;
        if (_inputs[Positions].IsNeeded)
        {
            results[Positions] = positionParts.sum(dim: 0L).transpose(0, 1).reshape(positions.shape);
        }

        Tensor biases = biasParts.sum(dim: 1L).contiguous();
        results[ContentBias] = _inputs[ContentBias].Deliver(biases.select(0, 0));
        results[PositionBias] = _inputs[PositionBias].Deliver(biases.select(0, 1));
    }

    private static AttentionData Data(Tensor[] inputs, Tensor? drop) => new()
    {
        Queries = TensorPointer.Floats(inputs[Queries]),
        KeysValues = TensorPointer.Floats(inputs[KeysValues]),
        Positions = TensorPointer.Floats(inputs[Positions]),
        ContentBias = TensorPointer.Floats(inputs[ContentBias]),
        PositionBias = TensorPointer.Floats(inputs[PositionBias]),
        Drop = drop is null ? null : TensorPointer.Floats(drop),
    };

    private static AttentionSizes Check(Tensor q, Tensor kv, Tensor r, Tensor u, Tensor v, long reach)
    {
        TensorChecks.Require(
            q.dim() == 3 && kv.dim() == 3 && r.dim() == 2 && u.dim() == 2 && u.shape.AsSpan().SequenceEqual(v.shape) && q.shape[2] == u.numel()
            && kv.shape[2] == 2 * q.shape[2] && kv.shape[1] == q.shape[1] && kv.shape[0] >= q.shape[0] && r.shape[0] == kv.shape[0]
            && r.shape[1] == q.shape[2] && reach >= 0,
            $"{nameof(FusedRelativeAttention)}: shapes {TensorChecks.Text(q.shape)}, {TensorChecks.Text(kv.shape)}, {TensorChecks.Text(r.shape)}, "
            + $"{TensorChecks.Text(u.shape)}, {TensorChecks.Text(v.shape)} are not [Q,B,H·W], [K,B,2·H·W], [K,H·W], [H,W], [H,W] with Q ≤ K.");
        return new AttentionSizes((int)q.shape[0], (int)kv.shape[0], (int)q.shape[1], (int)u.shape[0], (int)u.shape[1], (int)Math.Min(reach, int.MaxValue));
    }
}
