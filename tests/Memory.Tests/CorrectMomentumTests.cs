using Compression.Core.Kernels;
using Compression.Core.Tests;
using Compression.Memory.Momentum;

namespace Compression.Memory.Tests;

/// <summary>The kernels of the memories against their scalar definitions.</summary>
public sealed class CorrectMomentumTests
{
    [Fact]
    public void Momentum_is_corrected_and_differences_taken_as_written()
    {
        foreach (int length in TestData.Lengths.Where(length => length <= 100_003))
        {
            float[] a = TestData.Gaussian(length), b = TestData.Gaussian(length, 2), difference = new float[length];
            Subtract.Invoke(ThreadTeam.Single, a, b, difference);
            float[] velocity = [.. a], sum = [.. b], velocity2 = [.. a], sum2 = [.. b];
            CorrectMomentum.Invoke(ThreadTeam.Single, velocity, 0.9f, b, 0.5f, sum, nesterov: false);
            CorrectMomentum.Invoke(ThreadTeam.Single, velocity2, 0.9f, b, 0.5f, sum2, nesterov: true);
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(a[i] - b[i], difference[i]);
                Assert.Equal((0.9 * a[i]) + (0.5 * b[i]), velocity[i], 1e-6);
                Assert.Equal(b[i] + velocity[i], sum[i]);
                Assert.Equal(velocity[i], velocity2[i]);
                Assert.Equal(b[i] + (0.9 * velocity[i]) + (0.5 * b[i]), sum2[i], 2e-6);
            }
        }
    }
}
