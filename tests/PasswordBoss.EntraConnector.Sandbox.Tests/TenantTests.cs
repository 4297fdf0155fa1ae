using System;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Sandbox.Tests;

public sealed class TenantTests : IDisposable
{
    private const string Zoe = "f10d1194-0000-4000-8000-000000000003";
    private readonly SandboxState state = SandboxState.InMemory();
    private readonly SandboxTenant tenant;

    public TenantTests() => tenant = new SandboxTenant(state);

    public void Dispose() => tenant.Dispose();

    [Fact]
    public async Task The_sandbox_company_has_users_for_edge_cases()
    {
        using var client = new SandboxClient(state);
        var (people, _, _) = await client.GraphAllAsync("/users?$select=id,displayName,mail,userPrincipalName,surname,accountEnabled,userType");
        Assert.Equal(38, people.Count);
        string? Text(System.Text.Json.Nodes.JsonObject person, string name) => person[name]?.GetValue<string>();
        Assert.Single(people, p => Text(p, "userType") == "Guest" && Text(p, "userPrincipalName")!.Contains("#EXT#", StringComparison.Ordinal));
        Assert.Equal(2, people.Count(p => Text(p, "mail") is null));
        Assert.Single(people, p => Text(p, "mail") is null && Text(p, "userPrincipalName") == "scanner@localhost");
        Assert.Single(people, p => !p["accountEnabled"]!.GetValue<bool>());
        Assert.Single(people, p => Text(p, "surname") is null);
        Assert.Single(people, p => Text(p, "mail")?.Contains('+', StringComparison.Ordinal) == true);
        Assert.Equal(2, people.Count(p => string.Equals(Text(p, "mail"), "frontdesk@fjordlight.example", StringComparison.OrdinalIgnoreCase)));
        Assert.Contains(people, p => Text(p, "displayName") == "Łukasz Żółkiewski");
        var (groups, _, _) = await client.GraphAllAsync("/groups?$select=displayName,groupTypes");
        Assert.Equal(12, groups.Count);
    }

    [Theory]
    [InlineData(Zoe)]
    [InlineData("F10D1194-0000-4000-8000-000000000003")]
    [InlineData(" Zoe.OBrien-Mueller@fjordlight.example ")]
    public async Task A_user_can_be_named_by_ID_principal_name_or_mail(string name)
    {
        using var client = new SandboxClient(state);
        tenant.Disable(name);
        Assert.False((await client.GraphAsync($"/users/{Zoe}?$select=accountEnabled")).Json["accountEnabled"]!.GetValue<bool>());
        tenant.Enable(name);
        Assert.True((await client.GraphAsync($"/users/{Zoe}?$select=accountEnabled")).Json["accountEnabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_new_display_name_sets_first_and_last_name()
    {
        using var client = new SandboxClient(state);
        tenant.Rename(Zoe, " Zoë  van der Berg ");
        var user = (await client.GraphAsync("/users/" + Zoe)).Json;
        Assert.Equal(("Zoë van der Berg", "Zoë", "van der Berg"), (user["displayName"]!.GetValue<string>(), user["givenName"]!.GetValue<string>(), user["surname"]!.GetValue<string>()));
        tenant.Rename(Zoe, "Cher");
        Assert.Null((await client.GraphAsync("/users/" + Zoe)).Json["surname"]);
        tenant.ChangeMail(Zoe, "z@fjordlight.example");
        Assert.Equal("z@fjordlight.example", (await client.GraphAsync("/users/" + Zoe)).Json["mail"]!.GetValue<string>());
        tenant.ChangeMail(Zoe, null);
        Assert.Null((await client.GraphAsync("/users/" + Zoe)).Json["mail"]);
    }

    [Fact]
    public void Unknown_and_ambiguous_names_are_reported()
    {
        AssertError(ErrorId.SandboxUserUnknown, () => tenant.Disable("unknown@fjordlight.example"));
        AssertError(ErrorId.SandboxUserUnknown, () => tenant.AddMember(Zoe, "No such group"));
        AssertError(ErrorId.SandboxUserUnknown, () => tenant.Restore(Zoe));
        AssertError(ErrorId.SandboxUserUnknown, () => tenant.Delete("unknown"));
        AssertError(ErrorId.SandboxNameAmbiguous, () => tenant.Disable("frontdesk@fjordlight.example"));
        AssertError(ErrorId.GroupAmbiguous, () => tenant.AddMember(Zoe, "Archive"));
        AssertError(ErrorId.SandboxChangeRefused, () => tenant.RemoveMember(Zoe, "All Design"));
        AssertError(ErrorId.SandboxChangeRefused, () => tenant.AddNestedGroup("Finance", "Fjordlight News"));
        AssertError(ErrorId.SandboxChangeRefused, () => tenant.Rename(Zoe, " "));
        tenant.Delete(Zoe);
        AssertError(ErrorId.SandboxUserUnknown, () => tenant.Enable(Zoe));
        tenant.Delete(Zoe);
        AssertError(ErrorId.SandboxUserUnknown, () => tenant.Delete(Zoe));
    }

    [Fact]
    public void A_user_whose_name_is_now_taken_cannot_be_restored()
    {
        tenant.Delete(Zoe);
        tenant.CreateUser("Zoë Other", "zoe.obrien-mueller@fjordlight.example");
        AssertError(ErrorId.SandboxNameAmbiguous, () => tenant.Restore(Zoe));
    }

    [Fact]
    public async Task Groups_can_be_nested_even_in_a_cycle()
    {
        using var client = new SandboxClient(state);
        var outer = tenant.CreateGroup("Outer");
        var inner = tenant.CreateGroup("Inner");
        tenant.AddNestedGroup(inner, outer);
        tenant.AddNestedGroup("Outer", "Inner");
        tenant.AddMember(Zoe, "Inner");
        var all = (await client.GraphAllAsync($"/groups/{outer}/transitiveMembers?$select=id")).Items.Select(i => i["id"]!.GetValue<string>());
        Assert.Equal(new[] { Zoe, inner, outer }.Order(), all.Order());
        tenant.RemoveNestedGroup(inner, outer);
        Assert.Empty((await client.GraphAllAsync($"/groups/{outer}/transitiveMembers")).Items);
    }

    [Fact]
    public async Task A_Password_Boss_admin_sees_and_changes_accounts()
    {
        using var client = new SandboxClient(state);
        var boss = new SandboxPasswordBoss(state);
        await client.CreateUserAsync("ann@b.example", "pending", "E-1");
        boss.EnableAccount("ANN@b.example");
        boss.SetManagedBy("ann@b.example", ManagedBy.PasswordBoss);
        boss.SetExternalId("ann@b.example", null);
        boss.RenameAccount("ann@b.example", "Anna", "Lo");
        boss.CreateGroup("Own");
        boss.AddGroupMember("ann@b.example", "own");
        var account = Assert.Single(boss.Accounts);
        Assert.Equal((AccountState.Active, ManagedBy.PasswordBoss, null, "Anna Lo"), (account.State, account.ManagedBy, account.ExternalId, account.DisplayName));
        Assert.Equal("ann@b.example", Assert.Single(Assert.Single(boss.Groups).Members));
        boss.MakePersonal("ann@b.example");
        Assert.Empty(Assert.Single(boss.Groups).Members);
        Assert.Equal(AccountState.Personal, Assert.Single(boss.Accounts).State);
        AssertError(ErrorId.SandboxNameAmbiguous, () => boss.CreateAccount("ann@b.example", "A", "B"));
        boss.DeleteGroup("Own");
        boss.DeleteAccount("ann@b.example");
        AssertError(ErrorId.SandboxUserUnknown, () => boss.DisableAccount("ann@b.example"));
    }

    private static void AssertError(ErrorId id, Action action)
    {
        var error = Assert.Throws<ConnectorException>(action);
        Assert.Equal(id, error.Id);
        Assert.DoesNotContain("Error_", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Fix_", error.Recommendation.Render(), StringComparison.Ordinal);
    }
}
