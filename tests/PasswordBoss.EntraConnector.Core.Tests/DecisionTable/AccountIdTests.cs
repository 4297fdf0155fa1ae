using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>Ids of accounts are compared exactly, except that the case of a GUID has no meaning.</summary>
public sealed class AccountIdTests
{
    [Theory]
    [InlineData("0a5b2c3d-1111-2222-3333-44445555abcd", "0A5B2C3D-1111-2222-3333-44445555ABCD", true)]
    [InlineData("0a5b2c3d-1111-2222-3333-44445555abcd", "0a5b2c3d-1111-2222-3333-44445555abce", false)]
    [InlineData("this-id-has-36-characters-but-no-gui", "This-Id-Has-36-Characters-But-No-Gui", false)]
    [InlineData("u1", "U1", false)]
    [InlineData("u1", "u1", true)]
    [InlineData("u1", null, false)]
    [InlineData(null, null, true)]
    public void Ids_are_compared(string? left, string? right, bool same)
    {
        Assert.Equal(same, AccountId.Same(left, right));
        Assert.Equal(same, AccountId.Comparer.Equals(left, right));
        Assert.Equal(same, AccountId.Comparer.Compare(left, right) == 0);
        if (left is not null && right is not null)
            Assert.Equal(same, new HashSet<string>(AccountId.Comparer) { left }.Contains(right));
    }

    [Fact]
    public void Ids_are_sorted_with_GUIDs_of_any_case_together()
    {
        string[] ids = ["b0000000-0000-0000-0000-000000000000", "A0000000-0000-0000-0000-000000000000", "a0000000-0000-0000-0000-000000000000", "Z"];

        Assert.Equal(["Z", "A0000000-0000-0000-0000-000000000000", "a0000000-0000-0000-0000-000000000000", "b0000000-0000-0000-0000-000000000000"], ids.OrderBy(id => id, AccountId.Comparer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_stored_links_with_one_GUID_in_two_cases_count_as_the_current_one(bool isFirst)
    {
        var current = new AccountLink { EntraId = "e1", AccountId = "a0000000-0000-0000-0000-000000000000", Email = "anna@contoso.com" };
        var retired = current with { AccountId = "A0000000-0000-0000-0000-000000000000", EntraId = "e2", Kind = LinkKind.Retired };
        var state = new SyncState { Links = isFirst ? [current, retired] : [retired, current] };

        Assert.Equal(current, Assert.Single(state.LinksByAccountId().Values));
    }
}
