using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Registration, names, states, and modes of modules.</summary>
public sealed class ModuleTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Fields_become_components_under_their_names()
    {
        using var net = new Net(tied: false);
        Assert.Equal(
            ["scale", "embedding.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l0", "lstm.bias_ih_l0", "lstm.bias_hh_l0", "decoder.weight", "decoder.bias", "extra.0.weight", "extra.0.bias"],
            net.named_parameters().Select(named => named.name));
        Assert.Equal("steps", Assert.Single(net.named_buffers()).name);
        Assert.Equal(["embedding", "lstm", "decoder", "extra"], net.named_children().Select(named => named.name));
        Assert.NotNull(net.get_parameter("extra.0.bias"));
        Assert.Null(net.get_parameter("extra.1.bias"));
        Assert.True(net.has_buffer("steps"));
    }

    [Fact]
    public void A_shared_parameter_is_listed_once_and_saved_twice()
    {
        using var net = new Net(tied: true);
        Assert.DoesNotContain("decoder.weight", net.named_parameters().Select(named => named.name));
        Dictionary<string, Tensor> state = net.state_dict();
        Assert.Same(state["embedding.weight"], state["decoder.weight"]);
        Assert.Contains("steps", state.Keys);
    }

    [Fact]
    public void A_state_goes_from_one_model_to_another()
    {
        using var from = new Net(tied: false);
        using var to = new Net(tied: false);
        to.load_state_dict(from.state_dict());
        foreach ((string name, Tensor value) in from.state_dict())
        {
            Assert.Equal(Values.Doubles(value), Values.Doubles(to.state_dict()[name]));
        }
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused_by_name()
    {
        using var net = new Net(tied: false);
        Dictionary<string, Tensor> state = net.state_dict();
        state.Remove("scale");
        state["stranger"] = zeros(1);
        string message = Assert.Throws<InvalidOperationException>(() => net.load_state_dict(state)).Message;
        Assert.Contains("missing [scale]", message, StringComparison.Ordinal);
        Assert.Contains("unexpected [stranger]", message, StringComparison.Ordinal);
        (IList<string> missing, IList<string> unexpected) = net.load_state_dict(state, strict: false);
        Assert.Equal("scale", Assert.Single(missing));
        Assert.Equal("stranger", Assert.Single(unexpected));
    }

    [Fact]
    public void Modes_reach_the_children()
    {
        using var net = new Net(tied: false);
        Assert.True(net.training);
        net.eval();
        Assert.All(net.modules(), module => Assert.False(module.training));
        net.train();
        Assert.All(net.modules(), module => Assert.True(module.training));
    }

    [Fact]
    public void Conversion_keeps_the_parameters_and_leaves_whole_numbers()
    {
        using var net = new Net(tied: true);
        Parameter[] before = [.. net.parameters()];
        net.to(ScalarType.Float64);
        Assert.Equal(before, net.parameters());
        Assert.All(net.parameters(), parameter => Assert.Equal(ScalarType.Float64, parameter.dtype));
        Assert.Equal(ScalarType.Int64, net.get_buffer("steps")!.dtype);
    }

    [Fact]
    public void Zeroing_in_place_keeps_gradients_and_forgetting_drops_them()
    {
        using Linear layer = nn.Linear(2, 2);
        layer.forward(ones(1, 2)).sum().backward();
        layer.zero_grad(set_to_none: false);
        Assert.Equal([0, 0], Values.Floats(layer.bias!.grad!));
        layer.zero_grad();
        Assert.Null(layer.bias!.grad);
    }

    [Fact]
    public void A_name_is_taken_once()
    {
        using Linear layer = nn.Linear(2, 2);
        Assert.Throws<InvalidOperationException>(() => layer.register_buffer("weight", zeros(1)));
    }

    [Fact]
    public void Initial_values_keep_their_bounds_and_deviations()
    {
        Tensor w = empty(200, 100);
        Assert.Equal((100, 200), nn.init.CalculateFanInAndFanOut(w));
        Assert.InRange(nn.init.xavier_uniform_(w).abs().max().item<double>(), 0.139, Math.Sqrt(6.0 / 300));
        Assert.InRange(nn.init.kaiming_normal_(w, nonlinearity: nn.init.NonlinearityType.ReLU).std().item<double>(), 0.138, 0.145);
        Assert.InRange(nn.init.normal_(w, 1, 0.02).mean().item<double>(), 0.999, 1.001);
        Assert.Equal(7, nn.init.constant_(w, 7).min().item<double>());
    }

    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter scale = nn.Parameter(ones(1));
        private readonly Tensor steps = zeros(1, ScalarType.Int64);
        private readonly Embedding embedding = nn.Embedding(5, 3);
        private readonly LSTM lstm = nn.LSTM(3, 3);
        private readonly Linear decoder = nn.Linear(3, 5);
        private readonly ModuleList<Linear> extra = nn.ModuleList(nn.Linear(2, 2));

        public Net(bool tied)
            : base(nameof(Net))
        {
            if (tied)
            {
                decoder.weight = embedding.weight;
            }

            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => decoder.forward(lstm.call(embedding.forward(input)).Item1) * scale + steps + extra.Count;
    }
}
