/*
 * Stands in for NVIDIA's management library, of which it has the functions, types and error codes that its reference documents. What GPUs there are
 * and how they are used stands in the file FIGURES, two numbers a line: bytes in use, and per cent of the time in which something ran. A number
 * below zero is one that the GPU does not tell.
 */
#include <stdio.h>

typedef int nvmlReturn_t;
typedef struct nvmlDevice_st *nvmlDevice_t;

typedef struct {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
} nvmlMemory_t;

typedef struct {
    unsigned int gpu;
    unsigned int memory;
} nvmlUtilization_t;

enum { NVML_SUCCESS = 0, NVML_ERROR_INVALID_ARGUMENT = 2, NVML_ERROR_NOT_SUPPORTED = 3, NVML_ERROR_DRIVER_NOT_LOADED = 9, NVML_ERROR_GPU_IS_LOST = 15 };

static int read_figures(unsigned int wanted, long long *used, int *busy)
{
    FILE *file = fopen(FIGURES, "r");
    int count = -1;
    if (file) {
        long long bytes;
        int percent;
        for (count = 0; fscanf(file, "%lld %d", &bytes, &percent) == 2; count++) {
            if ((unsigned int)count == wanted) {
                *used = bytes;
                *busy = percent;
            }
        }
        fclose(file);
    }
    return count;
}

nvmlReturn_t nvmlInit_v2(void)
{
    long long used;
    int busy;
    return read_figures(0, &used, &busy) < 0 ? NVML_ERROR_DRIVER_NOT_LOADED : NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count)
{
    long long used;
    int busy;
    *count = (unsigned int)read_figures(0, &used, &busy);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device)
{
    unsigned int count;
    nvmlDeviceGetCount_v2(&count);
    if (index >= count) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    *device = (nvmlDevice_t)(0x1000ul + index);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory)
{
    long long used = -1;
    int busy;
    read_figures((unsigned int)((unsigned long)device - 0x1000ul), &used, &busy);
    if (used < 0) {
        return NVML_ERROR_GPU_IS_LOST;
    }
    memory->total = 80ull << 30;
    memory->used = (unsigned long long)used;
    memory->free = memory->total - memory->used;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *utilization)
{
    long long used;
    int busy = -1;
    read_figures((unsigned int)((unsigned long)device - 0x1000ul), &used, &busy);
    if (busy < 0) {
        return NVML_ERROR_NOT_SUPPORTED;
    }
    utilization->gpu = (unsigned int)busy;
    utilization->memory = 77;
    return NVML_SUCCESS;
}
