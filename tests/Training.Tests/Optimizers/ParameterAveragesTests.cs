using Compression.Core.Kernels;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;

using static TorchSharp.torch;

namespace Compression.Training.Tests.Optimizers;

[Seeded]
public sealed class ParameterAveragesTests
{
    [Fact]
    public void An_average_begins_with_the_first_parameters_and_follows_the_formula()
    {
        using var module = nn.Linear(3, 2);
        using var model = new FlatModel(module);
        using var averages = new ParameterAverages(model, ThreadTeam.Single, decay: 0.9);
        var random = new Random(1);
        double[] expected = [];
        for (int step = 0; step < 5; step++)
        {
            averages.Begin();
            model.ChangeParameters(parameters =>
            {
                expected = step == 0 ? [.. parameters.ToArray()] : expected;
                for (int i = 0; i < parameters.Length; i++)
                {
                    parameters[i] = (float)random.NextDouble();
                    expected[i] = (0.9 * expected[i]) + (0.1 * parameters[i]);
                }
            });
            averages.Update();
        }

        var state = new StateInMemory();
        averages.Save(state);
        using var loaded = new ParameterAverages(model, ThreadTeam.Single, decay: 0.9);
        loaded.Load(state);
        loaded.Apply();
        model.ChangeParameters(parameters => Pairs.AssertClose(expected, parameters.ToArray(), 1e-6));
    }
}
