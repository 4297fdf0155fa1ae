using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

[Trait("Speed", "Slow")]
public sealed class UserLookupTests
{
    private static JsonObject Inner(int status, JsonNode? body, string? retryAfter = null)
    {
        var headers = new JsonObject { ["Content-Type"] = "application/json" };
        if (retryAfter is not null)
            headers["Retry-After"] = retryAfter;
        return new JsonObject { ["status"] = status, ["headers"] = headers, ["body"] = body };
    }

    private static string Id(JsonObject user) => (string)user["id"]!;

    [Fact]
    public async Task Existence_and_membership_of_each_user_are_returned()
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann");
        var ida = entra.AddUser("ida", enabled: false);
        var out1 = entra.AddUser("out");
        var gone = Guid.NewGuid().ToString();
        var inner = entra.AddGroup("Inner", ida);
        var group = entra.AddGroup("A", ann, EntraDouble.AsMember(inner));
        using var reader = entra.Open();

        var found = await reader.LookUpUsersAsync([Id(ann), Id(ida).ToUpperInvariant(), Id(out1), gone, Id(ann)], [group, inner], default);

        Assert.Equal(4, found.Count);
        Assert.Equal(UserExistence.Exists, found[Id(ann)].Existence);
        Assert.Equal("ann", found[Id(ann)].User!.DisplayName);
        Assert.Equal(MembershipStatus.Member, found[Id(ann)].MembershipOf(group));
        Assert.Equal(MembershipStatus.NotMember, found[Id(ann)].MembershipOf(inner));
        Assert.False(found[Id(ida)].User!.AccountEnabled);
        Assert.Equal(MembershipStatus.Member, found[Id(ida)].MembershipOf(group));
        Assert.Equal(MembershipStatus.NotMember, found[Id(out1)].MembershipOf(group.ToUpperInvariant()));
        Assert.Equal(UserExistence.Deleted, found[gone].Existence);
        Assert.Null(found[gone].User);
        Assert.Equal(MembershipStatus.Unknown, found[gone].MembershipOf(group));
        Assert.Single(entra.GraphRequests);
    }

    [Fact]
    public async Task Batches_are_filled_before_another_one_is_sent()
    {
        await using var entra = await EntraDouble.StartAsync();
        var users = Enumerable.Range(0, 45).Select(i => Id(entra.AddUser("u" + i))).ToList();
        var groups = Enumerable.Range(0, 25).Select(i => entra.AddGroup("g" + i)).ToList();
        entra.Members[groups[24]] = [entra.Users[users[44]]];
        using var reader = entra.Open();

        var without = await reader.LookUpUsersAsync(users, [], default);
        Assert.Equal(3, entra.GraphRequests.Count);
        var with = await reader.LookUpUsersAsync(users, groups, default);

        // 45 users, each read and checked against 20 and 5 groups: 135 requests.
        Assert.Equal(3 + 7, entra.GraphRequests.Count);
        Assert.All(without.Values, l => Assert.Equal(UserExistence.Exists, l.Existence));
        Assert.All(without.Values, l => Assert.Empty(l.Memberships));
        Assert.All(with.Values, l => Assert.Equal(25, l.Memberships.Count));
        Assert.Equal(MembershipStatus.Member, with[users[44]].MembershipOf(groups[24]));
        Assert.Equal(1, with.Values.Sum(l => l.Memberships.Values.Count(a => a == MembershipStatus.Member)));
    }

    [Fact]
    public async Task A_lookup_of_no_users_sends_no_request()
    {
        await using var entra = await EntraDouble.StartAsync();
        using var reader = entra.Open();

        Assert.Empty(await reader.LookUpUsersAsync([], ["g"], default));
        Assert.Equal(UserExistence.Unknown, (await reader.LookUpUsersAsync([" "], [], default))[" "].Existence);
        Assert.Empty(entra.Server.Requests);
    }

    [Fact]
    public async Task A_user_without_readable_properties_exists()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.Users["u1"] = EntraDouble.Unreadable("u1");
        using var reader = entra.Open();

        var found = (await reader.LookUpUsersAsync(["u1"], [], default))["u1"];

        Assert.Equal(UserExistence.Exists, found.Existence);
        Assert.False(found.User!.IsReadable);
        Assert.Null(found.User.AccountEnabled);
    }

    public static TheoryData<string> UnclearAnswers => ["403", "400", "401", "424", "500", "503", "404-without-code", "html", "missing", "null-body", "text-body", "other-user", "no-status", "status-0"];

    [Theory]
    [MemberData(nameof(UnclearAnswers))]
    public async Task An_unclear_response_makes_only_that_user_unknown(string fault)
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann");
        var bob = entra.AddUser("bob");
        var group = entra.AddGroup("A", ann, bob);
        entra.OnInner = (method, url, _) => method == "GET" && url.Contains(Id(ann), StringComparison.Ordinal)
            ? fault switch
            {
                "403" => Inner(403, EntraDouble.Error("Authorization_RequestDenied")),
                "404-without-code" => Inner(404, JsonValue.Create("not here")),
                "html" => Inner(200, JsonValue.Create("PGh0bWw+")),
                "missing" => Inner(200, null),
                "null-body" => new JsonObject { ["status"] = 200 },
                "text-body" => Inner(200, JsonValue.Create("text")),
                "other-user" => Inner(200, new JsonObject { ["id"] = Id(bob), ["displayName"] = "bob", ["accountEnabled"] = true }),
                "no-status" => new JsonObject { ["body"] = new JsonObject { ["id"] = Id(ann) } },
                "status-0" => Inner(0, new JsonObject { ["id"] = Id(ann) }),
                _ => Inner(int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), EntraDouble.Error("code")),
            }
            : null;
        using var reader = entra.Open();

        var found = await reader.LookUpUsersAsync([Id(ann), Id(bob)], [group], default);

        Assert.Equal(UserExistence.Unknown, found[Id(ann)].Existence);
        Assert.Null(found[Id(ann)].User);
        Assert.Equal(MembershipStatus.Member, found[Id(ann)].MembershipOf(group));
        Assert.Equal(UserExistence.Exists, found[Id(bob)].Existence);
    }

    public static TheoryData<string> UnclearChecks => ["403", "404", "503", "no-value", "value-object", "value-objects", "text"];

    [Theory]
    [MemberData(nameof(UnclearChecks))]
    public async Task An_unclear_membership_response_leaves_the_membership_unknown(string fault)
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann");
        var group = entra.AddGroup("A");
        entra.OnInner = (method, _, _) => method == "POST"
            ? fault switch
            {
                "no-value" => Inner(200, new JsonObject()),
                "value-object" => Inner(200, new JsonObject { ["value"] = new JsonObject() }),
                "value-objects" => Inner(200, new JsonObject { ["value"] = new JsonArray(new JsonObject()) }),
                "text" => Inner(200, JsonValue.Create("text")),
                _ => Inner(int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), EntraDouble.Error("code")),
            }
            : null;
        using var reader = entra.Open();

        var found = (await reader.LookUpUsersAsync([Id(ann)], [group], default))[Id(ann)];

        Assert.Equal(UserExistence.Exists, found.Existence);
        Assert.Equal(MembershipStatus.Unknown, found.MembershipOf(group));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_throttled_request_within_a_batch_is_repeated_alone_after_the_wait(int status)
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann");
        var bob = entra.AddUser("bob");
        var sent = new List<string>();
        entra.OnInner = (_, url, tries) =>
        {
            lock (sent)
                sent.Add(url);
            return tries < 2 && url.Contains(Id(ann), StringComparison.Ordinal) ? Inner(status, EntraDouble.Error("TooManyRequests"), "0") : null;
        };
        using var reader = entra.Open();

        var found = await reader.LookUpUsersAsync([Id(ann), Id(bob)], [], default);

        Assert.Equal(UserExistence.Exists, found[Id(ann)].Existence);
        Assert.Equal(3, sent.Count(u => u.Contains(Id(ann), StringComparison.Ordinal)));
        Assert.Equal(1, sent.Count(u => u.Contains(Id(bob), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_batch_waits_for_its_longest_Retry_After()
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann");
        var times = new List<DateTime>();
        entra.OnInner = (_, _, tries) =>
        {
            times.Add(DateTime.UtcNow);
            return tries == 0 ? Inner(429, EntraDouble.Error("TooManyRequests"), "1") : null;
        };
        using var reader = entra.Open();

        Assert.Equal(UserExistence.Exists, (await reader.LookUpUsersAsync([Id(ann)], [], default))[Id(ann)].Existence);
        Assert.True(times[1] - times[0] >= TimeSpan.FromMilliseconds(950), (times[1] - times[0]).ToString());
    }

    [Theory]
    [InlineData(null, 4)]
    [InlineData("3600", 1)]
    public async Task Waiting_for_throttled_requests_ends(string? retryAfter, int tries)
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann");
        entra.OnInner = (_, _, _) => Inner(429, EntraDouble.Error("TooManyRequests"), retryAfter);
        using var reader = entra.Open();

        Assert.Equal(UserExistence.Unknown, (await reader.LookUpUsersAsync([Id(ann)], [], default))[Id(ann)].Existence);
        Assert.Equal(tries, entra.GraphRequests.Count);
    }

    [Fact]
    public async Task Missing_responses_are_unknown_and_unrelated_ones_are_ignored()
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann");
        var bob = entra.AddUser("bob");
        entra.OnResponses = responses =>
        {
            responses.RemoveAt(0);
            responses.Add(new JsonObject { ["id"] = "77", ["status"] = 404, ["body"] = EntraDouble.Error("Request_ResourceNotFound") });
            responses.Add(JsonValue.Create("nonsense"));
        };
        using var reader = entra.Open();

        var found = await reader.LookUpUsersAsync([Id(ann), Id(bob)], [], default);

        Assert.Equal(2, found.Count);
        Assert.Equal(UserExistence.Exists, found[Id(ann)].Existence);
        Assert.Equal(UserExistence.Unknown, found[Id(bob)].Existence);
    }

    [Theory]
    [InlineData("503")]
    [InlineData("429")]
    [InlineData("403")]
    [InlineData("html")]
    [InlineData("{}")]
    [InlineData("reset")]
    public async Task A_failed_batch_leaves_all_users_unknown_and_stops_further_batches(string fault)
    {
        await using var entra = await EntraDouble.StartAsync();
        var users = Enumerable.Range(0, 1000).Select(i => "user" + i).ToList();
        entra.OnGraph = async c =>
        {
            if (fault == "html")
                await LoopbackServer.HtmlAsync(c);
            else if (fault == "{}")
                await LoopbackServer.JsonAsync(c, "{}");
            else if (fault == "reset")
                await LoopbackServer.ResetAsync(c);
            else
                await EntraDouble.RefuseAsync(c, int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), "code");
            return true;
        };
        using var reader = entra.Open();

        var found = await reader.LookUpUsersAsync(users, ["g"], default);

        Assert.Equal(1000, found.Count);
        Assert.All(found.Values, l => Assert.Equal(UserExistence.Unknown, l.Existence));
        Assert.All(found.Values, l => Assert.Equal(MembershipStatus.Unknown, l.MembershipOf("g")));
        Assert.InRange(entra.GraphRequests.Count, 1, 20);
    }

    [Fact]
    public async Task A_refused_token_throws()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, 401, "InvalidAuthenticationToken");
        using var reader = entra.Open();

        Assert.Equal(ErrorId.GraphUnauthorized, (await Assert.ThrowsAsync<ConnectorException>(() => reader.LookUpUsersAsync(["u"], [], default))).Id);
    }

    [Fact]
    public async Task An_ID_cannot_change_the_request()
    {
        await using var entra = await EntraDouble.StartAsync();
        string[] odd = ["..", ".", "a/b", "a?$select=id", "a#b", "x'y", "a+b@c.example", "%2e%2e"];
        using var reader = entra.Open();

        var found = await reader.LookUpUsersAsync(odd, ["..", "g/../h"], default);

        Assert.Equal(odd.Length, found.Count);
        Assert.DoesNotContain(found.Values, l => l.Existence == UserExistence.Exists);
    }

    [Fact]
    public async Task Users_in_deleted_items_are_found()
    {
        await using var entra = await EntraDouble.StartAsync();
        var users = Enumerable.Range(0, 25).Select(_ => Guid.NewGuid().ToString()).ToList();
        foreach (var id in users.Take(22))
            entra.Deleted[id] = EntraDouble.Unreadable(id);
        entra.Deleted[users[22]] = EntraDouble.AsMember(users[22]);
        entra.OnInner = (_, url, _) => url.Contains(users[0], StringComparison.Ordinal) ? Inner(403, EntraDouble.Error("Authorization_RequestDenied")) : null;
        using var reader = entra.Open();

        var found = await reader.FindDeletedUsersAsync(users, default);

        Assert.Equal(users.Skip(1).Take(21).Order(), found.Order());
        Assert.Equal(2, entra.GraphRequests.Count);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        await using var entra = await EntraDouble.StartAsync();
        using var stop = new CancellationTokenSource();
        entra.OnInner = (_, _, _) =>
        {
            stop.CancelAfter(TimeSpan.FromMilliseconds(50));
            return Inner(429, EntraDouble.Error("TooManyRequests"), "100");
        };
        using var reader = entra.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.LookUpUsersAsync(["u"], [], stop.Token));
    }
}
