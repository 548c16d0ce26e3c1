using Compression.Core.Kernels;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Optimizers;

/// <summary>
/// Both versions of LAMB against the formulas of the code that was published in pytorch-lamb (May 2019; after June 2019), step by step in double
/// precision, and against what follows from them for a first step.
/// </summary>
[Seeded]
public sealed class LambTests
{
    private const double Rate = 0.01;
    private const double RootOfThousandth = 0.031622776601683795;
    private const int Steps = 25;

    /// <summary>Version, weight decay, and whether the step is in kernels or in operators.</summary>
    public static TheoryData<LambVersion, double, bool> Versions => new()
    {
        { LambVersion.May2019, 0, true }, { LambVersion.May2019, 0.1, true }, { LambVersion.V3, 0, true }, { LambVersion.V3, 0.1, true },
        { LambVersion.May2019, 0, false }, { LambVersion.May2019, 0.1, false }, { LambVersion.V3, 0, false }, { LambVersion.V3, 0.1, false },
    };

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_step_is_the_published_formula(LambVersion version, double decay, bool inKernels)
    {
        using var world = new World();
        using var optimizer = new FlatLamb(world.Model, ThreadTeam.Single, decay, version);
        var published = world.Groups.Select(group => new Published(version, decay, group.Values)).ToList();
        for (int step = 1; step <= Steps; step++)
        {
            double rate = Rate / Math.Sqrt(step);
            world.DrawGradients();
            for (int group = 0; group < published.Count; group++)
            {
                published[group].Step(rate, world.Groups[group].Gradients);
            }

            optimizer.Step(rate, inKernels);
            foreach (var (expected, (name, actual, _)) in published.Zip(world.Groups))
            {
                for (int i = 0; i < actual.Length; i++)
                {
                    double allowed = 3e-6 * Math.Max(1, Math.Abs(expected.Weights[i]));
                    Assert.True(
                        Math.Abs(expected.Weights[i] - actual[i]) <= allowed, $"step {step}, {name}[{i}]: {actual[i]:R} is not {expected.Weights[i]:R}");
                }
            }
        }
    }

    /// <summary>
    /// With m = 0.1g and v = 0.001g² every element of the first direction is ±0.1/√0.001, whatever a gradient that is large beside ε. The correction √0.001/0.1 of the
    /// rate makes of it what the weights' norm alone decides; version v3 has none.
    /// </summary>
    [Theory]
    [InlineData(LambVersion.May2019)]
    [InlineData(LambVersion.V3)]
    public void The_first_step_is_known_beforehand(LambVersion version)
    {
        using var world = new World();
        using var optimizer = new FlatLamb(world.Model, ThreadTeam.Single, weightDecay: 0, version);
        world.DrawGradients(scale: 1e5);
        var before = world.Groups;
        optimizer.Step(Rate);
        double raw = 0.1 / RootOfThousandth;
        foreach (var ((name, weights, gradients), (_, after, _)) in before.Zip(world.Groups))
        {
            double norm = Math.Sqrt(weights.Sum(weight => (double)weight * weight)), root = Math.Sqrt(gradients.Count(gradient => gradient != 0));
            double each = name == "still" ? 0
                : version == LambVersion.V3 ? (norm == 0 ? raw : Math.Min(norm, 10) / root)
                : norm == 0 ? 1 : Math.Min(norm / root / raw, 10);
            for (int i = 0; i < weights.Length; i++)
            {
                Assert.Equal(-Rate * each * Math.Sign(gradients[i]), after[i] - weights[i], 2e-6 * Math.Max(1, Math.Abs(weights[i])));
            }
        }
    }

    // One parameter's weights in double precision.
    private sealed class Published(LambVersion version, double decay, float[] start)
    {
        private readonly double[] _m = new double[start.Length];
        private readonly double[] _v = new double[start.Length];
        private int _t;

        public double[] Weights { get; } = [.. start];

        public void Step(double rate, float[] gradients)
        {
            _t++;
            bool may = version == LambVersion.May2019;
            double[] u = new double[Weights.Length];
            for (int i = 0; i < u.Length; i++)
            {
                double g = may ? gradients[i] + (decay * Weights[i]) : gradients[i];
                _m[i] = (0.9 * _m[i]) + (0.1 * g);
                _v[i] = (0.999 * _v[i]) + (0.001 * g * g);
                u[i] = may ? _m[i] / (Math.Sqrt(_v[i]) + 1e-8) : (_m[i] / (Math.Sqrt(_v[i]) + 1e-6)) + (decay * Weights[i]);
            }

            double w2 = Weights.Sum(weight => weight * weight), u2 = u.Sum(element => element * element), n = u.Length;
            double trust = w2 == 0 || u2 == 0 ? 1
                : may ? Math.Min(Math.Sqrt(w2 / n) / Math.Sqrt(u2 / n), 10)
                : Math.Clamp(Math.Sqrt(w2), 0, 10) / Math.Sqrt(u2);
            double corrected = may ? rate * Math.Sqrt(1 - Math.Pow(0.999, _t)) / (1 - Math.Pow(0.9, _t)) : rate;
            for (int i = 0; i < u.Length; i++)
            {
                Weights[i] -= corrected * trust * u[i];
            }
        }
    }

    /// <summary>
    /// Parameters of all kinds: ordinary ones; a norm above 10; weights so large beside their direction that the trust is cut at 10; zero weights; and
    /// weights that never have a gradient, whose direction is zero without decay.
    /// </summary>
    private sealed class World : nn.Module
    {
        private readonly Random _random = new(3);

        public World()
            : base(nameof(World))
        {
            Add("matrix", 0.5, 7, 9);
            Add("long", 3, 41);
            Add("huge", 400, 5);
            Add("zero", 0, 6);
            Add("still", 1, 3);
            Model = new FlatModel(this);
        }

        public FlatModel Model { get; }

        /// <summary>Name, weights and gradients of every parameter, copied.</summary>
        public List<(string Name, float[] Values, float[] Gradients)> Groups =>
        [
            .. Model.Layout.Slots.Select(slot => (
                slot.Name, Model.FlatParameters.Floats().AsSpan(slot.Offset, slot.Length).ToArray(), Model.Bucket[slot].ToArray())),
        ];

        /// <summary>Gradients of many magnitudes; some elements have none.</summary>
        public void DrawGradients(double scale = 1)
        {
            foreach (var slot in Model.Layout.Slots)
            {
                var gradient = Model.Bucket[slot];
                for (int i = 0; i < gradient.Length; i++)
                {
                    double size = slot.Name == "still" || i == 1 ? 0 : scale * Math.Pow(10, -2 - (i % 3));
                    gradient[i] = (float)(size * (_random.NextDouble() - 0.4));
                }
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                Model.Dispose();
            }

            base.Dispose(disposing);
        }

        private void Add(string name, double scale, params long[] shape)
        {
            using var scope = NewDisposeScope();
            long length = shape.Aggregate(1L, (all, side) => all * side);
            float[] values = [.. Enumerable.Range(0, (int)length).Select(i => (float)(scale * (1 + (0.3 * Math.Sin(i))) * (i % 2 == 0 ? 1 : -1)))];
            register_parameter(name, new Parameter(tensor(values, shape).MoveToOuterDisposeScope()));
        }
    }
}
