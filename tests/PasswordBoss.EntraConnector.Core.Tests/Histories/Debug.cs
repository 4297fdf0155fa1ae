#pragma warning disable
using System.Linq;
using Xunit;
using Xunit.Abstractions;
namespace PasswordBoss.EntraConnector.Core.Tests.Histories;
public class DebugTests(ITestOutputHelper output)
{
    [Fact]
    public void One()
    {
        Step[] h = {
new(Happening.ChangeRules, 0, 0, 67),
new(Happening.RunThatDies, 3, 1, 88),
new(Happening.RunThatDies, 3, 3, 27),
new(Happening.AdminDisable, 3, 1, 34),
new(Happening.Join, 3, 0, 53),
new(Happening.Join, 0, 1, 25),
new(Happening.Run, 1, 1, 75),
new(Happening.Join, 3, 3, 23),
new(Happening.Rehire, 2, 2, 86),
new(Happening.SwapAddresses, 1, 0, 98),
new(Happening.ChangeAddress, 1, 1, 97),
new(Happening.Join, 1, 2, 56),
new(Happening.Disable, 0, 2, 75),
new(Happening.Rehire, 2, 3, 6),
new(Happening.SwapAddresses, 3, 3, 79),
new(Happening.Run, 3, 1, 91),
new(Happening.ChangeRules, 0, 1, 43),
new(Happening.Restore, 2, 1, 37),
new(Happening.LeaveGroup, 0, 0, 9),
new(Happening.RunWithFaults, 3, 0, 95),
new(Happening.Join, 1, 0, 88),
new(Happening.AdminCreates, 3, 2, 22),
new(Happening.RunThatDies, 1, 3, 99),
new(Happening.RunThatDies, 0, 0, 64),
new(Happening.LeaveGroup, 1, 2, 80),
new(Happening.AdminCreates, 3, 1, 48),
new(Happening.Join, 3, 2, 64),
new(Happening.ChangeRules, 1, 1, 83),
new(Happening.RunThatReadsBadly, 0, 2, 57),
new(Happening.ChangeRules, 0, 2, 85),
new(Happening.HardDelete, 1, 1, 16),
new(Happening.AdminDisable, 0, 0, 64),
new(Happening.JoinGroup, 2, 2, 70),
new(Happening.Run, 0, 2, 96),
        };
        var a = new Company(); var b = new Company();
        void Show(string who, Company c)
        {
            output.WriteLine(who + " " + c.World.Report!.Result.Mode + " " + c.World.Report!.Result.Outcome + " " + string.Join(" | ", c.World.Report!.Result.Changes.Select(x => $"{x.Action} {x.Email} {x.EntraId?[..8]} {x.Outcome} {x.ErrorId} {x.Reason}")));
        }
        foreach (var s in h.Prepend(new Step(Happening.Run, 0, 0, 0)).Append(new Step(Happening.Run, 0, 0, 0)))
        {
            output.WriteLine("== " + s);
            a.Apply(s); b.Apply(s);
            if (s.What < Happening.Run) continue;
            a.Settle(); Show("full", a);
            b.Attempt(s, false); if (b.World.Report is not null) Show("att", b);
            b.Settle(false); Show("inc", b);
            if (s.What != Happening.Run || b.AdminWasThere) { b.Settle(); Show("incfull", b); }
            output.WriteLine(Snapshot.Of(a.World)); output.WriteLine("--"); output.WriteLine(Snapshot.Of(b.World));
        }
    }
}
