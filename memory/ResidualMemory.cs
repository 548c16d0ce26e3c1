using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Memory;

/// <summary>
/// Error feedback: p = βe + γg is compressed, and e ← p − decoded(p) is held back
/// (Seide et al. 2014; Stich et al. 2018, "Sparsified SGD with memory"; Karimireddy et al. 2019). p is built in the residual's own
/// buffer, so that the memory costs one float a parameter and one pass a step.
/// </summary>
/// <param name="options">β and γ.</param>
/// <param name="context">Parameters and threads.</param>
/// <remarks>
/// e is in units of the gradient. Where the compressor's paper keeps it in units of the step γg (EF-signSGD), e is multiplied by
/// γ_{t−1}/γ_t when the learning rate changes, so that what is held back still moves the parameters as far as it would have.
/// </remarks>
[Algorithm(
    "residual", AlgorithmRole.Memory, "Seide et al. 2014; Stich et al. 2018; Karimireddy et al. 2019",
    DiffersFromPaper = "counted in gradients, as Seide's is; Stich's and Karimireddy's are in steps, which differs where the learning rate changes, and which holds here for sign of every entry behind SGD without momentum alone")]
public class ResidualMemory(ResidualOptions options, ComponentContext context) : IGradientMemory
{
    // A double's bits in two floats.
    private const string RateName = "learning-rate";

    private readonly float[] _residual = new float[context.Layout.Length];
    private double _rate;

    public ReadOnlySpan<float> Compensate(GradientBucket bucket, StepContext step) => Defer(bucket, step).Complete(context.Team);

    public DeferredGradient Defer(GradientBucket bucket, StepContext step) =>
        new(_residual, (float)(options.Beta * RateRatio(step)), bucket.All, (float)options.Gamma);

    public void Update(ParameterSlot slot, in SentGradient sent) => sent.AddTo(ResidualOf(slot), scale: -1);

    public IEnumerable<ReadOnlyMemory<float>> Residuals => [_residual];

    public void Save(IStateWriter writer)
    {
        foreach (var slot in context.Layout.Slots)
        {
            writer.Write(StateName(slot), ResidualOf(slot));
        }

        if (context.ResidualInStepUnits)
        {
            writer.Write(RateName, [_rate]);
        }
    }

    public void Load(IStateReader reader)
    {
        foreach (var slot in context.Layout.Slots)
        {
            reader.Read(StateName(slot), ResidualOf(slot));
        }

        if (context.ResidualInStepUnits && reader.Contains(RateName))
        {
            reader.Read(RateName, new Span<double>(ref _rate));
        }
    }

    private double RateRatio(StepContext step)
    {
        double ratio = context.ResidualInStepUnits && _rate > 0 && step.LearningRate > 0 ? _rate / step.LearningRate : 1;
        _rate = step.LearningRate;
        return ratio;
    }

    private Span<float> ResidualOf(ParameterSlot slot) => _residual.AsSpan(slot.Offset, slot.Length);

    private static string StateName(ParameterSlot slot) => $"residual/{slot.Name}";
}
