using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

public sealed class ConnectionChecksTests
{
    private const string Tenant = "11111111-2222-3333-4444-555555555555";
    private const string Client = "66666666-7777-8888-9999-000000000000";

    private readonly World world = new();

    private Task<IReadOnlyList<PBConnectionCheck>> TestAsync() => world.Service.TestAsync(World.Name, CancellationToken.None);

    private async Task<string> ChecksAsync() => string.Join(" ", (await TestAsync()).Select(c => c.Name + ":" + c.Status));

    private async Task<PBConnectionCheck> CheckAsync(string name) => (await TestAsync()).Single(c => c.Name == name);

    [Fact]
    public async Task All_checks_of_a_working_connection_pass_in_the_documented_order()
    {
        world.Join("anna");
        world.NewSyncedGroup("Sales");
        world.Sync();
        world.Entra.ClockDifference = TimeSpan.FromSeconds(-2);
        world.Entra.CredentialExpires = world.Clock.UtcNow.AddDays(200);
        world.Entra.SignIn = world.Entra.SignIn with { TenantId = Tenant, ClientId = Client };
        var writes = world.PasswordBoss.Writes;

        Assert.Equal(
            "Clock:Passed SignInHost:Passed Graph:Passed SignIn:Passed Application:Passed Permissions:Passed UserGroup:Passed Members:Passed AdditionalGroups:Passed "
            + "SecretExpiry:Passed PasswordBoss:Passed Token:Passed Rules:Passed Schemas:Passed State:Passed LastRun:Passed Confirmation:Passed Task:Warning",
            await ChecksAsync());
        Assert.Equal(writes, world.PasswordBoss.Writes);
    }

    [Fact]
    public async Task A_server_that_fails_on_an_unknown_ID_proves_the_token_by_a_search()
    {
        world.PasswordBoss.FaultOn = (call, _) => call == "GetAccountAsync" ? new Fault(ErrorId.AccountServerFailed) : null;
        Assert.Equal(CheckStatus.Passed, (await CheckAsync("Token")).Status);

        world.PasswordBoss.FaultOn = (call, _) => call switch
        {
            "GetAccountAsync" => new Fault(ErrorId.AccountServerFailed),
            "FindByExternalIdAsync" => new Fault(ErrorId.AccountServerTokenRejected),
            _ => null,
        };
        Assert.Equal(CheckStatus.Failed, (await CheckAsync("Token")).Status);
    }

    [Fact]
    public async Task A_task_whose_script_or_PowerShell_is_gone_fails_the_check()
    {
        var scheduler = world.Factory.Scheduler = new FakeScheduler();
        world.Service.RegisterTask(World.Name, TimeSpan.FromMinutes(5), new TaskProgram("/opt", "/module/old/Sync.ps1", "/module/old"), new Listener());
        world.Sync();
        Assert.Equal(CheckStatus.Passed, (await CheckAsync("Task")).Status);

        var (key, task) = scheduler.Tasks.Single();
        scheduler.Tasks[key] = task with { MissingFile = "/module/old/Sync.ps1" };
        var check = (await CheckAsync("Task"));

        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.Contains("/module/old/Sync.ps1", check.Detail, StringComparison.Ordinal);
        Assert.Contains("Register-PBSyncTask", check.Recommendation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret", "SignIn:Failed Application:Skipped Permissions:Skipped UserGroup:Skipped Members:Skipped AdditionalGroups:Skipped SecretExpiry:Skipped PasswordBoss:Passed Token:Passed")]
    [InlineData("roles", "Permissions:Failed")]
    [InlineData("writing roles", "Permissions:Warning")]
    [InlineData("tenant-wide roles", "Permissions:Warning")]
    [InlineData("useful roles", "Permissions:Passed")]
    [InlineData("no roles", "Permissions:Skipped")]
    [InlineData("empty", "UserGroup:Failed Members:Skipped")]
    [InlineData("nulls", "UserGroup:Passed Members:Failed")]
    [InlineData("hidden", "UserGroup:Failed Members:Skipped")]
    [InlineData("group gone", "UserGroup:Failed Members:Skipped AdditionalGroups:Passed")]
    [InlineData("gone", "AdditionalGroups:Warning")]
    [InlineData("nested", "UserGroup:Warning Members:Passed")]
    [InlineData("not chosen", "UserGroup:Failed Members:Skipped")]
    [InlineData("graph down", "SignIn:Passed Application:Skipped Permissions:Passed UserGroup:Failed Members:Skipped AdditionalGroups:Failed")]
    [InlineData("token", "PasswordBoss:Passed Token:Failed Rules:Passed Schemas:Skipped")]
    [InlineData("undescribed", "PasswordBoss:Warning Token:Passed Rules:Passed")]
    [InlineData("server", "PasswordBoss:Failed Token:Skipped Rules:Skipped Schemas:Skipped")]
    [InlineData("rules", "Token:Passed Rules:Failed")]
    [InlineData("groups not supported", "Token:Passed Rules:Failed")]
    [InlineData("open to others", "State:Failed LastRun:Warning Confirmation:Skipped")]
    [InlineData("locked", "SignIn:Skipped Application:Skipped Permissions:Skipped UserGroup:Skipped Members:Skipped AdditionalGroups:Skipped SecretExpiry:Skipped PasswordBoss:Skipped Token:Skipped Rules:Skipped Schemas:Skipped State:Failed")]
    public async Task A_failed_check_names_the_problem_and_dependent_checks_are_skipped(string what, string expected)
    {
        var anna = world.Join("anna");
        var sales = world.NewSyncedGroup("Sales");
        switch (what)
        {
            case "secret":
                world.Entra.FaultOn = (call, _) => call == "SignInAsync" ? new Fault(ErrorId.SecretWrong) : null;
                break;
            case "undescribed":
                world.PasswordBoss.DescribesItself = false;
                break;
            case "roles":
                Roles("Group.Read.All");
                break;
            case "writing roles":
                Roles("Group.Read.All", "User.Read.All", "Mail.Send");
                break;
            case "tenant-wide roles":
                Roles("Directory.Read.All");
                break;
            case "useful roles":
                Roles("Group.Read.All", "User.Read.All", "Member.Read.Hidden", "Application.Read.All");
                break;
            case "no roles":
                world.Entra.SignIn = new();
                break;
            case "empty":
                world.Leave(anna);
                break;
            case "nulls":
                world.Entra.NullProperties = true;
                break;
            case "hidden":
                world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;
                break;
            case "group gone":
                world.Entra.Groups.Remove(world.UserGroup.Id);
                break;
            case "gone":
                world.Entra.Groups.Remove(sales.Id);
                break;
            case "nested":
                world.UserGroup.Members.Add(sales.Id);
                break;
            case "not chosen":
                world.Change(c => c with { UserGroup = null });
                break;
            case "graph down":
                world.Entra.FaultOn = (call, _) => call == "FindGroupsAsync" ? new Fault(ErrorId.GraphUnreachable) : null;
                break;
            case "token":
                world.PasswordBoss.FaultOn = (call, _) => call == "GetAccountAsync" ? new Fault(ErrorId.AccountServerTokenRejected) : null;
                break;
            case "server":
                world.PasswordBoss.FaultOn = (_, _) => new Fault(ErrorId.AccountServerUnreachable);
                break;
            case "groups not supported":
                world.PasswordBoss.HasGroups = false;
                break;
            case "open to others":
                world.Store.Problems.Add(Texts.ProblemOpenToOthers("/state"));
                break;
            case "locked":
                world.Store.Locked = true;
                break;
            default:
                world.PasswordBoss.Extension = false;
                world.Rules = World.DefaultRules with { NewUser = NewUserRule.CreatePending };
                break;
        }

        Assert.Contains(expected, await ChecksAsync(), StringComparison.Ordinal);
        // Each failure or warning has a recommendation.
        Assert.All((await TestAsync()).Where(c => c.Status is CheckStatus.Failed or CheckStatus.Warning), c => Assert.Matches("^[A-Z].*[^}]$", c.Recommendation));
    }

    [Fact]
    public async Task A_missing_permission_is_reported_with_the_consent_link()
    {
        Roles("GroupMember.Read.All");
        world.Entra.SignIn = world.Entra.SignIn with { TenantId = Tenant, ClientId = Client };

        var check = await CheckAsync("Permissions");

        Assert.Contains("User.Read.All", check.Detail, StringComparison.Ordinal);
        Assert.EndsWith("https://login.example.com/" + Tenant + "/adminconsent?client_id=" + Client, check.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_another_tenant_or_application_is_reported()
    {
        world.Entra.SignIn = world.Entra.SignIn with { TenantId = Client, ClientId = Client };
        Assert.Equal(CheckStatus.Failed, (await CheckAsync("Application")).Status);

        world.Entra.SignIn = world.Entra.SignIn with { TenantId = Tenant, ClientId = Tenant };
        Assert.Equal(CheckStatus.Warning, (await CheckAsync("Application")).Status);
    }

    [Theory]
    [InlineData(4, CredentialKind.Certificate, CheckStatus.Passed)]
    [InlineData(-6, CredentialKind.Certificate, CheckStatus.Failed)]
    [InlineData(600, CredentialKind.ClientSecret, CheckStatus.Warning)]
    public async Task A_wrong_clock_is_measured_even_if_the_sign_in_fails(int minutes, CredentialKind kind, CheckStatus expected)
    {
        world.Change(c => c with { Credential = kind });
        world.Entra.ClockDifference = TimeSpan.FromMinutes(minutes);
        world.Entra.FaultOn = (call, _) => call == "SignInAsync" ? new Fault(ErrorId.SecretWrong) : null;

        var check = await CheckAsync("Clock");

        Assert.Equal(expected, check.Status);
        if (minutes > 60)
            Assert.Contains("10 hours ahead", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_certificate_that_is_not_valid_now_fails_the_clock_check()
    {
        world.Factory.Reach["login.example.com"] = new EndpointReach { Stage = ReachStage.CertificateTime, Reason = "it is valid from tomorrow." };

        Assert.StartsWith("Clock:Failed SignInHost:Failed Graph:Passed SignIn:Skipped", await ChecksAsync(), StringComparison.Ordinal);
        Assert.Contains("tomorrow", (await CheckAsync("Clock")).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReachStage.NameResolution, "SignInHost:Failed Graph:Passed SignIn:Skipped", "hosts file")]
    [InlineData(ReachStage.Connection, "SignInHost:Failed Graph:Passed SignIn:Skipped", "firewall")]
    [InlineData(ReachStage.Tls, "SignInHost:Failed Graph:Passed SignIn:Skipped", "trust store")]
    [InlineData(ReachStage.Proxy, "SignInHost:Warning Graph:Passed SignIn:Passed", "proxy")]
    public async Task A_blocked_connection_is_reported_with_its_stage_and_the_fix(ReachStage stage, string expected, string fix)
    {
        world.Factory.Reach["login.example.com"] = new EndpointReach
        {
            Stage = stage,
            Addresses = new[] { "192.0.2.1" },
            Issuer = "Inspection CA",
            Reason = "Refused.",
            Proxy = stage == ReachStage.Proxy ? new Uri("http://proxy.example:8080") : null,
        };

        Assert.Contains(expected, await ChecksAsync(), StringComparison.Ordinal);
        Assert.Contains(fix, (await CheckAsync("SignInHost")).Recommendation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, CheckStatus.Failed)]
    [InlineData(29, CheckStatus.Warning)]
    [InlineData(31, CheckStatus.Passed)]
    [InlineData(null, CheckStatus.Skipped)]
    public async Task The_expiry_of_the_credential_is_checked(int? days, CheckStatus expected)
    {
        var end = days is { } known ? world.Clock.UtcNow.AddDays(known) : (DateTimeOffset?)null;
        world.Entra.CredentialExpires = end;
        Assert.Equal(expected, (await CheckAsync("SecretExpiry")).Status);

        // The stored expiry is used if it cannot be read.
        world.Entra.CredentialExpires = null;
        world.Change(c => c with { SecretExpires = end });
        world.Entra.FaultOn = (call, _) => call == "SignInAsync" ? new Fault(ErrorId.SecretExpired) : null;
        Assert.Equal(expected, (await CheckAsync("SecretExpiry")).Status);
    }

    [Theory]
    [InlineData("empty", "UserGroup", "does not count as \"remove all users\".")]
    [InlineData("gone", "UserGroup", "may have other members.")]
    [InlineData("nulls", "Members", "User.Read.All is missing.")]
    public async Task A_check_does_not_mention_accounts_that_it_did_not_count(string what, string name, string end)
    {
        world.Join("anna");
        world.Sync();
        if (what == "empty")
            world.UserGroup.Members.Clear();
        else if (what == "gone")
            world.Entra.Groups.Remove(world.UserGroup.Id);
        else
            world.Entra.NullProperties = true;

        Assert.EndsWith(end, (await CheckAsync(name)).Detail, StringComparison.Ordinal);
        Assert.EndsWith(end + " No account was changed; accounts that stay active: 1.", world.Sync().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_problems_of_the_user_group_are_reported()
    {
        var sales = world.NewSyncedGroup("Sales");
        world.Join("anna");
        world.UserGroup.Members.Add(sales.Id);
        world.Entra.Describe = g => g with { SecurityEnabled = false, RuleProcessingOn = false };

        var check = await CheckAsync("UserGroup");

        Assert.Equal(CheckStatus.Warning, check.Status);
        foreach (var words in new[] { "not a security group", "paused", "contains other groups" })
            Assert.Contains(words, check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_or_missing_last_run_is_a_warning()
    {
        world.Join("anna");
        Assert.Equal(CheckStatus.Warning, (await CheckAsync("LastRun")).Status);
        world.Sync();
        var (status, detail, _) = await LastRunAsync();
        Assert.Equal(CheckStatus.Passed, status);
        Assert.Contains(world.State.Health.LastSync!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC: Succeeded", detail, StringComparison.Ordinal);
        world.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(CheckStatus.Warning, (await CheckAsync("LastRun")).Status);
    }

    private async Task<(CheckStatus Status, string Detail, string Recommendation)> LastRunAsync()
    {
        var check = await CheckAsync("LastRun");
        return (check.Status, check.Detail, check.Recommendation);
    }

    [Fact]
    public async Task The_check_of_a_paused_connection_fails_with_the_reason_and_the_remedy()
    {
        var crowd = new World(others: 12);
        foreach (var id in crowd.UserGroup.Members.Take(8).ToList())
            crowd.Leave(id);
        crowd.Sync();
        Assert.Equal(ConnectorStatus.Paused, crowd.Service.GetStatus(World.Name).Status);

        var check = (await crowd.Service.TestAsync(World.Name, CancellationToken.None)).Single(c => c.Name == "LastRun");

        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.Contains(crowd.State.Pause!.Reason.Render(), check.Detail, StringComparison.Ordinal);
        Assert.Contains("-Force", check.Recommendation, StringComparison.Ordinal);
        Assert.DoesNotContain(check.Recommendation, check.Detail, StringComparison.Ordinal);

        // A pause continues although a later run fails for another reason or does not mention it.
        crowd.State.Health = crowd.State.Health with { LastOutcome = SyncOutcome.NoChange, Messages = Array.Empty<Message>(), Recommendation = null };
        check = (await crowd.Service.TestAsync(World.Name, CancellationToken.None)).Single(c => c.Name == "LastRun");
        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.Contains("-Force", check.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_or_refused_last_run_fails_the_check_with_its_reason()
    {
        world.Join("anna");
        world.Sync();
        world.Entra.FaultOn = (call, _) => call == "ReadGroupAsync" ? new Fault(ErrorId.GraphUnreachable) : null;
        world.Sync();
        var (status, detail, recommendation) = await LastRunAsync();
        Assert.Equal(CheckStatus.Failed, status);
        Assert.Contains("Failed. Microsoft Graph at", detail, StringComparison.Ordinal);
        Assert.StartsWith("Check name resolution", recommendation, StringComparison.Ordinal);

        world.Entra.FaultOn = null;
        world.UserGroup.Members.Clear();
        world.Sync();
        (status, detail, _) = await LastRunAsync();
        Assert.Equal(CheckStatus.Failed, status);
        Assert.Contains("Refused.", detail, StringComparison.Ordinal);
        Assert.Contains("does not count as \"remove all users\"", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Partial_last_run_is_a_warning_with_the_unhandled_users()
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = null, UserPrincipalName = null });
        world.PasswordBoss.AdminCreate("bob@contoso.com", managedBy: ManagedBy.ActiveDirectory);
        world.Join("bob");
        world.Sync();

        var (status, detail, recommendation) = await LastRunAsync();

        Assert.Equal(CheckStatus.Warning, status);
        Assert.Contains("Partial. An account with the address 'bob@contoso.com'", detail, StringComparison.Ordinal);
        Assert.Contains("Get-PBSyncHistory", recommendation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, CheckStatus.Passed, "shows the results of removals")]
    [InlineData(true, false, CheckStatus.Warning, "cannot be confirmed that an account was disabled")]
    [InlineData(false, true, CheckStatus.Warning, "cannot be confirmed that a member was removed")]
    public async Task A_server_that_hides_the_effect_of_removals_is_a_warning(bool states, bool members, CheckStatus expected, string words)
    {
        Assert.Equal(CheckStatus.Skipped, (await CheckAsync("Confirmation")).Status);
        world.Join("anna");
        world.Sync();
        world.State.Health = world.State.Health with { HidesStates = states, HidesMembers = members };

        var check = await CheckAsync("Confirmation");

        Assert.Equal(expected, check.Status);
        Assert.Contains(words, check.Detail, StringComparison.Ordinal);
        Assert.Equal(expected == CheckStatus.Passed, check.Recommendation.Length == 0);
    }

    private void Roles(params string[] roles) => world.Entra.SignIn = new() { Roles = roles };
}
