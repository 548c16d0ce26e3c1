using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Tests;

/// <summary>Who disposes which tensor, and that a training loop leaves none behind.</summary>
public class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        Tensor inside, moved, detached;
        using (DisposeScope outer = NewDisposeScope())
        {
            using (DisposeScope inner = NewDisposeScope())
            {
                inside = ones(1);
                moved = ones(1).MoveToOuterDisposeScope();
                detached = ones(1).DetachFromDisposeScope();
                Assert.Equal(1, inner.DisposablesCount);
                Assert.True(inner.Contains(inside));
            }

            Assert.True(Gone(inside));
            Assert.False(Gone(moved));
            Assert.Equal(1, outer.DisposablesCount);
        }

        Assert.True(Gone(moved));
        Assert.False(Gone(detached));
        detached.Dispose();
    }

    [Fact]
    public void Tensors_go_over_to_the_scope_of_another()
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor anchor = ones(1);
        Tensor follower;
        using (NewDisposeScope())
        {
            follower = ones(1).MoveToOtherDisposeScope(anchor);
        }

        Assert.False(Gone(follower));
        Tensor kept = outer.DisposeEverythingBut(follower);
        Assert.True(Gone(anchor));
        Assert.False(Gone(kept));
    }

    [Fact]
    public void A_scope_closed_out_of_order_leaves_the_others_whole()
    {
        DisposeScope first = NewDisposeScope();
        DisposeScope second = NewDisposeScope();
        first.Dispose();
        Tensor inSecond = ones(1);
        second.Dispose();
        Assert.True(Gone(inSecond));
        Tensor free = ones(1);
        Assert.False(Gone(free));
        free.Dispose();
    }

    [Fact]
    public void A_scope_belongs_to_its_thread()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? elsewhere = null;
        var thread = new Thread(() => elsewhere = ones(1));
        thread.Start();
        thread.Join();
        Assert.Equal(0, scope.DisposablesCount);
        elsewhere!.Dispose();
    }

    [Fact]
    public void A_thousand_steps_of_training_leave_no_tensor_behind()
    {
        using DisposeScope all = NewDisposeScope();
        using LSTM lstm = nn.LSTM(4, 4, 2);
        using Linear decoder = nn.Linear(4, 7);
        using Embedding embedding = nn.Embedding(7, 4);
        Parameter[] parameters = [.. embedding.parameters(), .. lstm.parameters(), .. decoder.parameters()];
        using FlatStorage storage = new(parameters);
        using SGD rule = optim.SGD(parameters, 1);
        (Tensor h, Tensor c) = (zeros(2, 3, 4), zeros(2, 3, 4));
        Tensor words = randint(7, [5, 3]);

        double Step()
        {
            using DisposeScope scope = NewDisposeScope();
            storage.Zero();
            (Tensor y, Tensor hn, Tensor cn) = lstm.call(embedding.call(words), (h, c));
            Tensor cost = nn.functional.cross_entropy(decoder.call(y).view(-1, 7), words.view(-1));
            cost.backward();
            nn.utils.clip_grad_norm_(parameters, 1);
            rule.step();
            h.Dispose();
            c.Dispose();
            (h, c) = scope.MoveToOuter(hn.detach(), cn.detach());
            return cost.item<double>();
        }

        double first = Step();
        long live = Settled();
        double last = first;
        for (int step = 0; step < 1000; step++)
        {
            last = Step();
            Assert.Equal(live, Tensor.LiveCount);
        }

        Assert.True(last < first, $"the loss went from {first} to {last}");
    }

    [Fact]
    public void Tensors_that_nobody_disposed_go_with_the_garbage()
    {
        long before = Settled();
        Abandon();
        Assert.InRange(Settled(), 0, before);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Abandon()
    {
        for (int i = 0; i < 100; i++)
        {
            _ = ones(1);
        }
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.LiveCount;
    }

    private static bool Gone(Tensor tensor) => tensor.ToString() == "disposed tensor";
}
