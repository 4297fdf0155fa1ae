using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mono.Cecil;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>
/// Core uses time, waits and threads only through its ports. The compiler refuses the symbols of the list. This test reads the compiled assembly, so a
/// suppressed warning cannot hide one.
/// </summary>
public class BannedSymbolTests
{
    private static readonly string[] List = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "BannedSymbols.txt"));

    [Fact]
    public void Core_calls_no_banned_symbol() => Assert.Empty(CallsIn(typeof(ConnectorService).Assembly.Location));

    [Fact]
    public void The_check_finds_the_banned_calls_of_this_assembly()
    {
        _ = Task.Run(() => { });
        _ = DateTimeOffset.UtcNow;
        using var source = new CancellationTokenSource(TimeSpan.FromHours(1));
        source.CancelAfter(TimeSpan.FromHours(2));

        var calls = CallsIn(typeof(BannedSymbolTests).Assembly.Location);

        Assert.Superset(
            new HashSet<string>
            {
                "System.Threading.Tasks.Task.Run", "System.DateTimeOffset.UtcNow", "System.Threading.CancellationTokenSource.#ctor(System.TimeSpan)",
                "System.Threading.CancellationTokenSource.CancelAfter",
            },
            calls);
        // A source without a timeout is allowed.
        Assert.DoesNotContain("System.Threading.CancellationTokenSource.#ctor()", calls);
    }

    private static HashSet<string> CallsIn(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        var used = module.GetMemberReferences().Select(NameOf).Concat(module.GetTypeReferences().Select(t => t.FullName)).ToHashSet(StringComparer.Ordinal);
        used.IntersectWith(List.Select(Banned));
        return used;
    }

    // A banned method includes all its overloads; a banned constructor does not.
    private static string Banned(string line)
    {
        var symbol = line.Split(';')[0][2..];
        return symbol.Contains("#ctor", StringComparison.Ordinal) ? symbol : symbol.Split('(')[0].Split("``")[0];
    }

    private static string NameOf(MemberReference member)
    {
        var name = member.DeclaringType.FullName + "." + member.Name;
        if (member is MethodReference { Name: ".ctor" } constructor)
            return $"{member.DeclaringType.FullName}.#ctor({string.Join(",", constructor.Parameters.Select(p => p.ParameterType.FullName))})";
        return member.Name.StartsWith("get_", StringComparison.Ordinal) ? member.DeclaringType.FullName + "." + member.Name[4..] : name;
    }
}
