using Compression.Benchmarks;

namespace Compression.Experiments.NetworkLab;

/// <summary>A training step on a slow network, measured there, and predicted from a fast one.</summary>
/// <param name="Rate">Of the links.</param>
/// <param name="Method">Compressor and exchange.</param>
/// <param name="WireBytes">What a worker sends in a step.</param>
/// <param name="MeasuredMs">Median of the steps.</param>
/// <param name="PredictedMs">The step on the fast network, with the cost of its exchange there replaced by that here.</param>
internal sealed record StepPrediction(string Rate, string Method, double WireBytes, double MeasuredMs, double PredictedMs)
{
    /// <summary>Share by which the prediction is above the measurement.</summary>
    public double Error => (PredictedMs / MeasuredMs) - 1;

    /// <summary>Predicts, and puts the measurement beside it.</summary>
    /// <param name="rate">Of the slow links.</param>
    /// <param name="fastStep">The step on the fast network.</param>
    /// <param name="fast">What an exchange costs there.</param>
    /// <param name="slow">What it costs on the slow one.</param>
    /// <param name="slowStep">The step there.</param>
    public static StepPrediction Of(string rate, StepFigures fastStep, LinkCost fast, LinkCost slow, StepFigures slowStep)
    {
        double exchangeThere = slow.Milliseconds(fastStep.Method, fastStep.WireBytes), exchangeHere = fast.Milliseconds(fastStep.Method, fastStep.WireBytes);
        return new StepPrediction(rate, fastStep.Method, slowStep.WireBytes, slowStep.StepMs, fastStep.StepMs - exchangeHere + exchangeThere);
    }
}
