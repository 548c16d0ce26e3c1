using System.Runtime.Intrinsics;
using Compression.Torch.Kernels;

namespace Compression.Torch.Tests.Kernels;

/// <summary>The exponential functions against double precision, over their whole range.</summary>
[Seeded]
public sealed unsafe class VectorMathTests
{
    public static TheoryData<string> Functions => new() { "exp", "sigmoid", "tanh" };

    [Theory]
    [MemberData(nameof(Functions))]
    public void Are_within_a_few_units_in_the_last_place(string name)
    {
        for (float x = -86.5f; x < 87.5f; x += 0.00371f)
        {
            float found = Apply(name, x);
            double exact = Exact(name, x);
            Assert.True(Math.Abs(found - exact) <= 4 * MathF.BitIncrement(MathF.Abs((float)exact)) * 6e-8, $"{name}({x}) is {exact}, not {found}");
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Are_accurate_around_zero_and_odd_where_they_should_be(string name)
    {
        for (float x = 1e-30f; x < 1; x *= 1.7f)
        {
            Assert.Equal(1, Apply(name, x) / Exact(name, x), 4e-7);
            if (name == "tanh")
            {
                Assert.Equal(-Apply(name, x), Apply(name, -x), 3e-7 * x);
            }
        }
    }

    [Theory]
    [InlineData("exp", float.NegativeInfinity, 0)]
    [InlineData("exp", -200, 0)]
    [InlineData("sigmoid", float.NegativeInfinity, 0)]
    [InlineData("sigmoid", float.PositiveInfinity, 1)]
    [InlineData("tanh", float.NegativeInfinity, -1)]
    [InlineData("tanh", 50, 1)]
    [InlineData("tanh", float.PositiveInfinity, 1)]
    public void Ends_are_exact(string name, float x, float expected) => Assert.Equal(expected, Apply(name, x), 1e-7);

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_nan_stays_one(string name) => Assert.True(float.IsNaN(Apply(name, float.NaN)));

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1025)]
    [InlineData(10_000)]
    public void Log_sum_exp_and_its_gradient_are_those_of_double_arithmetic(int count)
    {
        using NativeFloats row = NativeFloats.Random(count, count);
        row.Span[count / 2] = 30;
        double[] values = [.. row.Span.ToArray().Select(value => (double)value)];
        double exact = 30 + Math.Log(values.Sum(value => Math.Exp(value - 30)));
        Assert.Equal(exact, LogSumExp.Of(row.Data, count), 1e-6);
        Assert.Equal(exact, LogSumExp.AndSoftmax(row.Data, count, 3), 1e-6);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(3 * Math.Exp(values[i] - exact), row.Span[i], 1e-6);
        }

        Assert.True(row.GuardsHold);
    }

    private static float Apply(string name, float x)
    {
        var all = Vector512.Create(x);
        return (name switch { "exp" => VectorMath.Exp(all), "sigmoid" => VectorMath.Sigmoid(all), _ => VectorMath.Tanh(all) })[3];
    }

    private static double Exact(string name, double x) => name switch
    {
        "exp" => Math.Exp(x),
        "sigmoid" => 1 / (1 + Math.Exp(-x)),
        _ => Math.Tanh(x),
    };
}
