using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Write;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>A server that fails under many parallel requests.</summary>
public class ScimServerFailureTests : ScimTestBase
{
    private const int Writers = 8;

    [Theory]
    [InlineData(500, 4)]
    [InlineData(502, 4)]
    [InlineData(503, 4)]
    [InlineData(504, 4)]
    [InlineData(507, 1)]
    [InlineData(501, 0)]
    [InlineData(505, 0)]
    [InlineData(429, 0)]
    [InlineData(400, 0)]
    public async Task Every_failed_response_is_reported_including_retries(int status, int reported)
    {
        Next("PATCH", "/Users/u1", c => ScimServer.ErrorAsync(c, status));
        var count = 0;
        Directory.ServerFailed += () => Interlocked.Increment(ref count);

        await Assert.ThrowsAnyAsync<Exception>(() => Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None));

        Assert.Equal(reported, count);
    }

    [Fact]
    public async Task Three_failures_halve_the_parallel_requests_for_the_rest_of_the_run()
    {
        using var state = new StateFixture();
        var connection = StateFixture.Connection();
        state.Store.SaveConnection(connection, null);
        using var journal = state.Store.OpenJournal(connection.Id);
        var server = new StrainedServer(Writers, failures: 3);
        Server.Intercept = server.AnswerAsync;
        var actions = Enumerable.Range(0, Writers + (4 * 20)).Select(Creation).ToList();
        var input = new PlannerInput
        {
            Rules = SyncRules.Default,
            UserGroup = new GroupReading { GroupId = "group", DisplayName = "Password Boss Users", Status = ReadingStatus.Complete },
            Accounts = new AccountView([]),
            Capabilities = new AccountCapabilities { Filter = true },
            State = new SyncState(),
            Now = state.Clock.UtcNow,
        };
        var executor = new SyncExecutor(
            Directory, journal, state.Clock, new ThreadPoolWorkers(), Guid.NewGuid(), Writers, input, new SyncPlan { Changes = actions }, actions.Select(a => a.Key).ToHashSet(StringComparer.Ordinal), new Observer(server.GoOn), "Default");

        var records = (await executor.ExecuteAsync(new RecoveredState { State = input.State }, CancellationToken.None)).Changes;

        Assert.Equal((3, actions.Count - 3), (records.Count(r => r.Outcome == ChangeOutcome.Failed), records.Count(r => r.Outcome == ChangeOutcome.Done)));
        Assert.Equal(Writers / 2, server.MostAtOnce);
    }

    private sealed class Observer(Action halved) : IRunObserver
    {
        public void Progress(string connection, Message activity, int done, int total)
        {
        }

        public void Warning(string connection, Message warning)
        {
        }

        public void Detail(string connection, Message detail)
        {
            if (detail.Equals(Texts.DetailFewerWrites(MessageValue.Of(Writers / 2))))
                halved();
        }
    }

    private static CreateAccount Creation(int number)
    {
        var draft = Draft("user" + number + "@contoso.com", Guid.NewGuid().ToString());
        return new CreateAccount { Reason = new Message("Reason_Joined", "Password Boss Users"), Draft = draft };
    }

    /// <summary>
    /// Waits for a request of each writer, fails the first three, and answers nothing else before the run has halved its requests. Then it responds to creations in
    /// groups of four, so that exactly four parallel writers are detected.
    /// </summary>
    private sealed class StrainedServer(int writers, int failures)
    {
        private readonly TaskCompletionSource allHaveCome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource halved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly object gate = new();
        private TaskCompletionSource four = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int come;
        private int atOnce;

        public int MostAtOnce { get; private set; }

        public void GoOn() => halved.TrySetResult();

        public async Task<bool> AnswerAsync(HttpContext context)
        {
            if (context.Request.Method != "POST")
            {
                // A creation that failed is searched for before its writer goes on.
                if (context.Request.Query.ContainsKey("filter"))
                    await halved.Task.WaitAsync(TimeSpan.FromSeconds(30));
                return false;
            }

            var number = Interlocked.Increment(ref come);
            if (number > writers)
            {
                await WaitForFourAsync();
                return false;
            }

            if (number == writers)
                allHaveCome.SetResult();
            await allHaveCome.Task;
            if (number <= failures)
            {
                await ScimServer.ErrorAsync(context, 500);
                return true;
            }

            await halved.Task.WaitAsync(TimeSpan.FromSeconds(30));
            return false;
        }

        private async Task WaitForFourAsync()
        {
            Task wait;
            TaskCompletionSource? complete = null;
            lock (gate)
            {
                MostAtOnce = Math.Max(MostAtOnce, ++atOnce);
                wait = four.Task;
                if (atOnce % 4 == 0)
                {
                    complete = four;
                    four = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }

            // If the connector sent more than four, they would arrive before these are released.
            if (complete is not null)
            {
                await Task.Yield();
                lock (gate)
                    atOnce -= 4;
                complete.SetResult();
            }

            await wait;
        }
    }
}
