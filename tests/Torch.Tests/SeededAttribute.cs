using System.Reflection;
using Xunit.Sdk;

namespace Compression.Torch.Tests;

/// <summary>
/// Each test of the class draws the same numbers from libtorch's default generator in every run, whatever ran before it: the order
/// of classes is another each time.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SeededAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest) => TorchSharp.torch.manual_seed(1);
}
