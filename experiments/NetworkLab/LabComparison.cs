namespace Compression.Experiments.NetworkLab;

/// <summary>Measures steps on labs of several rates, and predicts the same from a lab without a limit and the cost of the exchange alone.</summary>
/// <param name="Hosts">Ranks.</param>
/// <param name="Measurement">Methods and model.</param>
internal sealed record LabComparison(int Hosts, LabMeasurement Measurement)
{
    /// <summary>Does it, rate by rate, and for each with every number of local steps.</summary>
    public IEnumerable<StepPrediction> Run(IReadOnlyList<LinkRate> rates, IReadOnlyList<int> localSteps)
    {
        var fastSteps = localSteps.Prepend(1).Distinct().ToDictionary(steps => steps, steps => Measurement.Steps(Hosts, null, steps));
        var single = fastSteps[1];
        var fast = Measurement.Exchanges(Hosts, null, single.Parameters);
        foreach (var rate in rates)
        {
            var slow = Measurement.Exchanges(Hosts, rate, single.Parameters);
            foreach (int steps in localSteps)
            {
                var slowSteps = Measurement.Steps(Hosts, rate, steps);
                foreach (var (one, fastStep, slowStep) in single.Methods.Zip(fastSteps[steps].Methods, slowSteps.Methods))
                {
                    yield return StepPrediction.Of(rate.ToString(), steps, one.WireBytes, fastStep, fast, slow, slowStep);
                }
            }
        }
    }
}
