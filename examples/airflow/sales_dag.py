"""A workflow of Executor as a step of Airflow. docs/airflow.md says what every line is for.

Before the first run, in the namespace that the steps run in:

    helm install executor charts/executor --namespace batch --create-namespace --set image.registry=registry.example,image.tag=0.1.0
    kubectl --namespace batch create configmap sales-workflow --from-file=workflow.yaml=examples/airflow/sales.yaml
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.python import ShortCircuitOperator
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s

NAMESPACE = "batch"
IMAGE = "registry.example/executor/executor:0.1.0"

# The same for every try of the same task instance, and for no other: a retried step goes on with the run that the step before it began.
RUN_ID_FROM = "{{ dag.dag_id }}/{{ ti.task_id }}/{{ run_id }}/{{ ti.map_index }}"


def field(name: str, path: str) -> k8s.V1EnvVar:
    """A variable whose value is a field of the step's pod."""
    return k8s.V1EnvVar(name=name, value_from=k8s.V1EnvVarSource(field_ref=k8s.V1ObjectFieldSelector(field_path=path)))


# What every step has, whatever it runs.
STEP = {
    "namespace": NAMESPACE,
    "image": IMAGE,
    # The account with the driver's rights and no more. The chart makes it.
    "service_account_name": "executor-driver",
    "env_vars": [
        k8s.V1EnvVar(name="EXECUTOR_BACKEND", value="kubernetes"),
        k8s.V1EnvVar(name="EXECUTOR_STORE_KEY_FILE", value="/keys/master.key"),
        # Where the runner's image and that of .NET tasks come from, and the image of tasks that name none.
        k8s.V1EnvVar(name="EXECUTOR_IMAGE_REGISTRY", value="registry.example/executor"),
        k8s.V1EnvVar(name="EXECUTOR_IMAGE_TAG", value="0.1.0"),
        k8s.V1EnvVar(name="EXECUTOR_IMAGE", value="registry.example/python-task:1"),
        field("EXECUTOR_POD_NAME", "metadata.name"),
        field("EXECUTOR_POD_UID", "metadata.uid"),
    ],
    "volumes": [
        k8s.V1Volume(name="workflow", config_map=k8s.V1ConfigMapVolumeSource(name="sales-workflow")),
        k8s.V1Volume(name="key", secret=k8s.V1SecretVolumeSource(secret_name="executor-store-key")),
    ],
    "volume_mounts": [
        k8s.V1VolumeMount(name="workflow", mount_path="/workflow", read_only=True),
        k8s.V1VolumeMount(name="key", mount_path="/keys", read_only=True),
    ],
    # Requests are limits: the step, which only watches, is never evicted for using more than it asked for.
    "container_resources": k8s.V1ResourceRequirements(
        requests={"cpu": "500m", "memory": "512Mi"}, limits={"cpu": "500m", "memory": "512Mi"}
    ),
    "container_security_context": k8s.V1SecurityContext(
        run_as_non_root=True,
        read_only_root_filesystem=True,
        allow_privilege_escalation=False,
        capabilities=k8s.V1Capabilities(drop=["ALL"]),
    ),
    # Airflow mounts /airflow/xcom, and reads return.json from there before it lets the pod end.
    "do_xcom_push": True,
    # Time to be scheduled and to pull the image.
    "startup_timeout_seconds": 300,
    # What `on_kill` gives the pod when the task is cleared, marked or timed out: the step needs 20 s of it to cancel its run.
    "termination_grace_period": 30,
    # A worker that was restarted finds the pod that it had started, and the run goes on meanwhile.
    "reattach_on_restart": True,
    "on_finish_action": "delete_pod",
    "get_logs": True,
    "retries": 2,
    "retry_delay": timedelta(minutes=1),
}

with DAG(
    dag_id="sales",
    start_date=datetime(2026, 1, 1),
    schedule="@daily",
    catchup=False,
    doc_md=__doc__,
) as dag:
    # A worker waits for the step and copies its log. Killed, the step cancels its run; the next try goes on with what is done.
    sales = KubernetesPodOperator(
        task_id="sales",
        name="sales",
        arguments=[
            "run",
            "/workflow/workflow.yaml",
            "--run-id-from",
            RUN_ID_FROM,
            "--xcom",
            "/airflow/xcom/return.json",
            "--parameter",
            "days=7",
        ],
        **STEP,
    )

    # The triggerer waits, no worker is taken. The attempts outlive the step, for a retried one to adopt.
    backfill = KubernetesPodOperator(
        task_id="backfill",
        name="backfill",
        arguments=[
            "run",
            "/workflow/workflow.yaml",
            "--run-id-from",
            RUN_ID_FROM,
            "--xcom",
            "/airflow/xcom/return.json",
            "--on-terminate",
            "leave",
            "--parameter",
            "days=90",
        ],
        deferrable=True,
        poll_interval=10,
        **STEP,
    )

    # What the step hands on are references: which run, in which store, how many rows. Here they decide whether there is anything to do next.
    has_rows = ShortCircuitOperator(
        task_id="has_rows",
        python_callable=lambda ti: sum(result["rows"] for result in ti.xcom_pull(task_ids="sales")["results"]) > 0,
    )

    sales >> has_rows >> backfill
