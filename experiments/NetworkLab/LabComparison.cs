namespace Compression.Experiments.NetworkLab;

/// <summary>Measures steps on labs of several rates, and predicts the same from a lab without a limit and the cost of the exchange alone.</summary>
/// <param name="Hosts">Ranks.</param>
/// <param name="Measurement">Methods and model.</param>
internal sealed record LabComparison(int Hosts, LabMeasurement Measurement)
{
    /// <summary>Does it, rate by rate.</summary>
    public IEnumerable<StepPrediction> Run(IReadOnlyList<LinkRate> rates)
    {
        var fastSteps = Measurement.Steps(Hosts, null);
        var fast = Measurement.Exchanges(Hosts, null, fastSteps.Parameters);
        foreach (var rate in rates)
        {
            var slow = Measurement.Exchanges(Hosts, rate, fastSteps.Parameters);
            var slowSteps = Measurement.Steps(Hosts, rate);
            foreach (var (fastStep, slowStep) in fastSteps.Methods.Zip(slowSteps.Methods))
            {
                yield return StepPrediction.Of(rate.ToString(), fastStep, fast, slow, slowStep);
            }
        }
    }
}
