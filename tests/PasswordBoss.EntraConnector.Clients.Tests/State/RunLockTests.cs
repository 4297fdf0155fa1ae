using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

public sealed class RunLockTests : IDisposable
{
    private const string Tenant = "contoso.com";
    private const string Address = "https://scim.example.com/v2";
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("pbentra-lock").FullName, "locks");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    [Fact]
    public void One_run_at_a_time_within_a_process()
    {
        using (var first = Take(Tenant, Address))
        {
            Assert.NotNull(first);
            Assert.Null(Take(Tenant, Address));
            Assert.Null(Take("CONTOSO.com", "HTTPS://scim.EXAMPLE.com:443/v2/"));
        }

        using var after = Take(Tenant, Address);
        Assert.NotNull(after);
    }

    [Fact]
    public void Other_connections_run_beside_it()
    {
        using var first = Take(Tenant, Address);
        using var otherTenant = Take("fabrikam.com", Address);
        using var otherAddress = Take(Tenant, Address + "/other");

        Assert.NotNull(first);
        Assert.NotNull(otherTenant);
        Assert.NotNull(otherAddress);
    }

    [Fact]
    public void The_file_says_nothing_of_the_connection()
    {
        using var taken = Take(Tenant, Address);

        var file = Path.GetFileName(Assert.Single(Directory.GetFiles(folder)));
        Assert.Matches("^[0-9a-f]{64}\\.lock$", file);
        Assert.Equal(0, new FileInfo(Path.Combine(folder, file)).Length);
    }

    [Fact]
    public async Task A_second_process_holds_it_until_it_is_killed()
    {
        using var other = SecondProcess.Start("lock", folder, Tenant, Address);
        Assert.Equal("held", await other.ReadLineAsync());
        Assert.Null(Take(Tenant, Address));

        other.Kill();

        using var taken = Take(Tenant, Address);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task A_second_process_is_refused_while_this_one_holds_it()
    {
        using var taken = Take(Tenant, Address);
        using var other = SecondProcess.Start("lock", folder, Tenant, Address);

        Assert.Equal("refused", await other.ReadLineAsync());
    }

    [RootFact]
    public async Task It_holds_between_users_in_both_directions()
    {
        UnixFile.SetMode(Path.GetDirectoryName(folder)!, 0x1FF);
        using (var theirs = SecondProcess.Start(asNobody: true, "lock", folder, Tenant, Address))
        {
            Assert.Equal("held", await theirs.ReadLineAsync());
            Assert.Null(Take(Tenant, Address));
        }

        // The file, and by now the folder, belong to different users; both can still lock.
        using (var ours = Take(Tenant, Address))
        {
            Assert.NotNull(ours);
            using var refused = SecondProcess.Start(asNobody: true, "lock", folder, Tenant, Address);
            Assert.Equal("refused", await refused.ReadLineAsync());
        }

        using (var first = Take(Tenant, Address + "/root-first"))
            Assert.NotNull(first);
        using var again = SecondProcess.Start(asNobody: true, "lock", folder, Tenant, Address + "/root-first");
        Assert.Equal("held", await again.ReadLineAsync());
        Assert.Equal(0u, UnixFile.Find(folder)!.Value.Owner);
    }

    [UnixFact]
    public void All_users_may_create_locks_and_only_their_owners_may_remove_them()
    {
        using var taken = Take(Tenant, Address);

        Assert.True(UnixFile.Find(folder)!.Value.IsSharedWithSticky);
    }

    [UnixFact]
    public void A_link_in_place_of_a_lock_is_refused_and_what_it_points_to_is_left_alone()
    {
        using (Take(Tenant, Address))
        {
        }

        var file = Assert.Single(Directory.GetFiles(folder));
        var victim = Path.Combine(Path.GetDirectoryName(folder)!, "victim");
        File.WriteAllText(victim, "precious");
        File.Delete(file);
        File.CreateSymbolicLink(file, victim);

        Refused(ErrorId.StateFolderUnusable, () => Take(Tenant, Address));
        Assert.Equal("precious", File.ReadAllText(victim));
    }

    [UnixFact]
    public void A_link_in_place_of_the_folder_is_refused()
    {
        var elsewhere = Path.Combine(Path.GetDirectoryName(folder)!, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        Directory.CreateSymbolicLink(folder, elsewhere);

        Refused(ErrorId.StateFolderUnusable, () => Take(Tenant, Address));
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
        Assert.False(UnixFile.Find(elsewhere)!.Value.IsSharedWithSticky);
    }

    [Fact]
    public void A_file_in_place_of_the_folder_is_told()
    {
        File.WriteAllText(folder, "");

        Refused(ErrorId.StateFolderUnusable, () => Take(Tenant, Address));
    }

    [UnixFact]
    public void A_lock_whose_name_was_cleaned_away_does_not_let_two_in_who_come_later()
    {
        var abandoned = Take(Tenant, Address);
        File.Delete(Directory.GetFiles(folder).Single());

        using var second = Take(Tenant, Address);
        Assert.NotNull(second);
        Assert.Null(Take(Tenant, Address));
        abandoned!.Dispose();
        Assert.Null(Take(Tenant, Address));
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_it()
    {
        for (var round = 0; round < 20; round++)
        {
            var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Take(Tenant, Address + "/" + round))));
            Assert.Single(taken, one => one is not null);
            foreach (var one in taken)
                one?.Dispose();
        }
    }

    [Fact]
    public void The_machine_has_one_folder_for_all_users()
    {
        Assert.True(Path.IsPathFullyQualified(LockFolder.Choose()));
        if (OperatingSystem.IsLinux())
            Assert.Contains(LockFolder.Choose(), new[] { "/run/lock/passwordboss-entraconnector-locks", "/tmp/passwordboss-entraconnector-locks" });
    }

    private IDisposable? Take(string tenant, string address) => RunLock.TryAcquire(Connection(tenant: tenant, address: address), folder);
}
