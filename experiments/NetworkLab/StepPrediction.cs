using Compression.Benchmarks;

namespace Compression.Experiments.NetworkLab;

/// <summary>A training step on a slow network, measured there, and predicted from a fast one. With local steps it is an outer one: H of them and their exchange.</summary>
/// <param name="Rate">Of the links.</param>
/// <param name="Method">Compressor and exchange.</param>
/// <param name="LocalSteps">H.</param>
/// <param name="WireBytes">What a worker sends in the step.</param>
/// <param name="PredictedBytes">What a worker sends where it exchanges after every step: an exchange is as large, however many steps came before it.</param>
/// <param name="MeasuredMs">Median of the steps.</param>
/// <param name="PredictedMs">The step on the fast network, with the cost of its exchange there replaced by that here.</param>
internal sealed record StepPrediction(
    string Rate, string Method, int LocalSteps, double WireBytes, double PredictedBytes, double MeasuredMs, double PredictedMs)
{
    /// <summary>Share by which the predicted time is above the measured one.</summary>
    public double Error => (PredictedMs / MeasuredMs) - 1;

    /// <summary>Predicts, and puts the measurement beside it.</summary>
    /// <param name="rate">Of the slow links.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="bytes">Of a step without local ones.</param>
    /// <param name="fastStep">The step on the fast network.</param>
    /// <param name="fast">What an exchange costs there.</param>
    /// <param name="slow">What it costs on the slow one.</param>
    /// <param name="slowStep">The step there.</param>
    public static StepPrediction Of(string rate, int localSteps, double bytes, StepFigures fastStep, LinkCost fast, LinkCost slow, StepFigures slowStep)
    {
        double exchangeThere = slow.Milliseconds(fastStep.Method, bytes), exchangeHere = fast.Milliseconds(fastStep.Method, bytes);
        return new StepPrediction(rate, fastStep.Method, localSteps, slowStep.WireBytes, bytes, slowStep.StepMs, fastStep.StepMs - exchangeHere + exchangeThere);
    }
}
